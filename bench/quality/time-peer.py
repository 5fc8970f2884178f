"""One LSTM on MovieLens-1M in PyTorch, the peer for time to quality. Arguments: EPOCHS LOG [bfloat16].

Prints {"ready": true} before the first step and {"epoch", "ndcg"} after each validation."""
import gzip, json, math, sys

import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
np.random.seed(0)
if "bfloat16" in sys.argv[3:]:
    torch.set_float32_matmul_precision("medium")
EPOCHS, D, H, DROPOUT, RATE, LENGTH, POSITIONS, READ = int(sys.argv[1]), 128, 256, 0.2, 2e-3, 200, 6400, 400

histories = []
with gzip.open(sys.argv[2], "rt") as log:
    plays = {}
    for line in log:
        user, item = line.split()
        plays.setdefault(int(user), []).append(int(item))
    histories = [plays[user] for user in sorted(plays)]
V = max(map(max, histories)) + 1


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = nn.Embedding(V, D, padding_idx=0)
        nn.init.normal_(self.items.weight, 0, 0.02)
        self.lstm = nn.LSTM(D, H, batch_first=True)
        self.projection = nn.Linear(H, D)
        self.norm = nn.LayerNorm(D)
        self.bias = nn.Parameter(torch.zeros(V))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, inputs):
        h, _ = self.lstm(self.dropout(self.items(inputs)))
        return self.norm(self.projection(self.dropout(h)))


def windows_of(history):
    """Windows of LENGTH + 1 plays from the end, one play shared by neighbours."""
    end = len(history)
    while end > 1:
        begin = max(0, end - LENGTH - 1)
        yield history[begin:end]
        end = begin + 1 if begin > 0 else 0


windows = [window for history in histories for window in windows_of(history[:-2])]


def batches():
    order = sorted(range(len(windows)), key=lambda n: len(windows[n]) + np.random.rand() * 20)
    found, batch = [], []
    for n in order:
        batch.append(n)
        if len(batch) * len(windows[n]) > POSITIONS:
            found.append(batch)
            batch = []
    if batch:
        found.append(batch)
    np.random.shuffle(found)
    return found


def padded(rows):
    table = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for n, row in enumerate(rows):
        table[n, : len(row)] = torch.tensor(row)
    return table


def validate(model):
    """NDCG@10 of the last play but one: full ranking, heard items removed."""
    model.eval()
    total = 0.0
    ordered = sorted(histories, key=len)
    with torch.no_grad():
        for start in range(0, len(ordered), 256):
            some = ordered[start : start + 256]
            read = [history[:-2][-READ:] for history in some]
            last = torch.tensor([len(row) - 1 for row in read])
            scores = model(padded(read))[torch.arange(len(some)), last] @ model.items.weight.T + model.bias
            scores[:, 0] = -1e9
            for n, history in enumerate(some):
                scores[n, torch.tensor(history[:-2])] = -1e9
            own = scores[torch.arange(len(some)), torch.tensor([history[-2] for history in some])]
            rank = (scores > own[:, None]).sum(1)
            total += (1 / torch.log2(rank[rank < 10].float() + 2)).sum().item()
    model.train()
    return total / len(histories)


model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-4, fused=True)
step, steps = 0, EPOCHS * len(batches())
print(json.dumps({"ready": True}), flush=True)
for epoch in range(1, EPOCHS + 1):
    for batch in batches():
        some = [windows[n] for n in batch]
        inputs, targets = padded([row[:-1] for row in some]), padded([row[1:] for row in some])
        real = targets > 0
        logits = model(inputs)[real] @ model.items.weight.T + model.bias
        loss = nn.functional.cross_entropy(logits, targets[real])
        fall = 0.5 * (1 + math.cos(math.pi * step / steps))
        optimizer.param_groups[0]["lr"] = RATE * min(1, (step + 1) / 200) * fall
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        loss.item()
        step += 1
    print(json.dumps({"epoch": epoch, "ndcg": validate(model)}), flush=True)
