"""PyTorch as a worker for scoring: one more play through the LSTM's state, layer norm, all items, the best ten."""
import json, sys, time

import torch
from torch import nn

torch.set_grad_enabled(False)
work = {}


def prepare(question):
    V, D, H = question["V"], question["D"], question["H"]
    work.update(
        items=nn.Embedding(V + 1, D),
        lstm=nn.LSTM(D, H),
        projection=nn.Linear(H, D),
        norm=nn.LayerNorm(D),
        bias=torch.zeros(V + 1),
        state=(torch.zeros(1, 1, H), torch.zeros(1, 1, H)),
        V=V,
    )
    return {"version": torch.__version__}


def play(question):
    items, lstm, projection, norm, bias = (work[name] for name in ["items", "lstm", "projection", "norm", "bias"])
    plays = torch.randint(1, work["V"] + 1, (question["steps"],))
    began = time.perf_counter()
    for n in range(question["steps"]):
        out, work["state"] = lstm(items(plays[n : n + 1])[None], work["state"])
        z = norm(projection(out[0]))
        (z @ items.weight.T + bias).topk(10)[1].tolist()
    return {"ms": (time.perf_counter() - began) / question["steps"] * 1e3}


answers = {"prepare": prepare, "play": play}
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(answers[question["do"]](question)), flush=True)
