"""A PyTorch twin of an exported step: embedding, LSTM, projection, layer norm, scores of all items. Writes it as ONNX, as
PyTorch exports it, and prints the milliseconds of one play in PyTorch itself as one line of JSON."""
import json, sys, time

import numpy
import torch
from torch import nn

path, D, H, V, timed = sys.argv[1], *map(int, sys.argv[2:])
torch.manual_seed(1)


class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = nn.Embedding(V + 1, D)
        self.lstm = nn.LSTM(D, H)
        self.projection = nn.Linear(H, D)
        self.norm = nn.LayerNorm(D)
        self.bias = nn.Parameter(torch.zeros(V + 1))

    def forward(self, item, h, c):
        out, (h, c) = self.lstm(self.items(item)[None], (h, c))
        return self.norm(self.projection(out[0])) @ self.items.weight.T + self.bias, h, c


step = Step().eval()
state = [torch.zeros(1, 1, H), torch.zeros(1, 1, H)]
item = torch.tensor([1])
torch.onnx.export(
    step, (item, *state), path, dynamo=False, input_names=["item", "h", "c"], output_names=["scores", "hNext", "cNext"]
)
times = []
with torch.inference_mode():
    for n in range(timed + 100):
        began = time.perf_counter()
        _, *state = step(torch.tensor([1 + n * 7919 % V]), *state)
        if n >= 100:
            times.append(1e3 * (time.perf_counter() - began))
p50, p99 = numpy.percentile(times, [50, 99])
print(json.dumps({"version": torch.__version__, "p50": p50, "p99": p99}))
