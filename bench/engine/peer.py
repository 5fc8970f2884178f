"""PyTorch as a worker. Arguments: plain | fused | sparse | bfloat16 (Adam as it comes; fused; SparseAdam for tables; fused, and
products that may round to bfloat16), + compile."""
import json, math, sys, time
from pathlib import Path

import numpy as np
import torch
from torch import nn

kind = sys.argv[1]
compiled = "compile" in sys.argv[2:]
torch.manual_seed(0)
if kind == "bfloat16":
    torch.set_float32_matmul_precision("medium")


def read(folder, entry):
    dtype = np.int32 if entry["type"] == "int32" else np.float32
    values = np.fromfile(Path(folder) / entry["file"], dtype=dtype).reshape(entry["shape"])
    return torch.from_numpy(values.astype(np.int64) if dtype == np.int32 else values)


def reorder(x):
    """Gates in PyTorch's order i, f, g, o; ours are i, g, f, o."""
    i, g, f, o = x.chunk(4, dim=-1)
    return torch.cat([i, f, g, o], dim=-1)


class Model(nn.Module):
    def __init__(self, folder, shape, arrays):
        super().__init__()
        D, H, V = shape["D"], shape["H"], shape["V"]
        get = lambda name: read(folder, arrays[name])
        sparse = kind == "sparse"
        self.items = nn.Embedding(V + 1, D, sparse=sparse)
        self.lstm = nn.LSTM(D, H)
        self.output = nn.Embedding(V + 1, H, sparse=sparse)
        self.bias = nn.Embedding(V + 1, 1, sparse=sparse)
        with torch.no_grad():
            self.items.weight.copy_(get("item/embedding"))
            self.lstm.weight_ih_l0.copy_(reorder(get("layer0/input")).T)
            self.lstm.weight_hh_l0.copy_(reorder(get("layer0/recurrent")).T)
            self.lstm.bias_ih_l0.copy_(reorder(get("layer0/bias")))
            self.lstm.bias_hh_l0.zero_()
            self.output.weight.copy_(get("output/items"))
            self.bias.weight.copy_(get("output/bias")[:, None])
            self.bias.weight[0] = -1e9

    def forward(self, inputs, targets, negatives, log_expected):
        h, _ = self.lstm(self.items(inputs))
        h = h.reshape(-1, h.shape[-1])
        if negatives is None:
            logits = nn.functional.linear(h, self.output.weight, self.bias.weight[:, 0])
            return nn.functional.cross_entropy(logits, targets)
        positive = (h * self.output(targets)).sum(1) + self.bias(targets)[:, 0]
        others = h @ self.output(negatives).T + self.bias(negatives)[:, 0] - log_expected
        others = others.masked_fill(targets[:, None] == negatives[None, :], -1e9)
        return nn.functional.cross_entropy(
            torch.cat([positive[:, None], others], 1), torch.zeros(len(targets), dtype=torch.long)
        )


work = {}


def prepare(question):
    folder = question["folder"]
    manifest = json.loads((Path(folder) / "manifest.json").read_text())
    shape, arrays = manifest["shape"], manifest["arrays"]
    model = Model(folder, shape, arrays)
    tables = [model.items.weight, model.output.weight, model.bias.weight]
    rest = list(model.lstm.parameters())
    if kind == "sparse":
        optimizers = [torch.optim.SparseAdam(tables, lr=1e-3), torch.optim.Adam(rest, lr=1e-3, fused=True)]
    else:
        optimizers = [torch.optim.Adam(tables + rest, lr=1e-3, fused=kind != "plain")]
    negatives = read(folder, arrays["negatives"]) if "negatives" in arrays else None
    log_expected = math.log(len(negatives)) - math.log(shape["V"]) if negatives is not None else 0.0
    run = torch.compile(model) if compiled else model
    data = [read(folder, arrays["inputs"]), read(folder, arrays["targets"]), negatives, log_expected]
    work.update(run=run, optimizers=optimizers, data=data)
    return {"version": torch.__version__, "threads": torch.get_num_threads()}


def step(question):
    losses = []
    began = time.perf_counter()
    for _ in range(question["steps"]):
        loss = work["run"](*work["data"])
        for optimizer in work["optimizers"]:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in work["optimizers"]:
            optimizer.step()
        losses.append(loss.item())
    return {"ms": (time.perf_counter() - began) / question["steps"] * 1e3, "losses": losses}


answers = {"prepare": prepare, "step": step}
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(answers[question["do"]](question)), flush=True)
