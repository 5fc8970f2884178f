"""PyTorch as a worker for the same batches of the same recipe: tied LSTM with dropout, layer norm, AdamW, clipping."""
import json, sys, time
from pathlib import Path

import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
fused = sys.argv[1] == "fused"
work = {}


def reorder(x):
    """Gates in PyTorch's order i, f, g, o; ours are i, g, f, o."""
    i, g, f, o = x.chunk(4, dim=-1)
    return torch.cat([i, f, g, o], dim=-1)


class Model(nn.Module):
    def __init__(self, folder, recipe):
        super().__init__()
        config, arrays = recipe["config"]["model"], recipe["arrays"]

        def get(name):
            entry = arrays[name]
            return torch.from_numpy(np.fromfile(Path(folder) / entry["file"], np.float32).reshape(entry["shape"]))

        table = get("item/embedding")
        self.items = nn.Embedding(*table.shape)
        self.lstm = nn.LSTM(config["embeddingSize"], config["hiddenSize"])
        self.projection = nn.Linear(config["hiddenSize"], config["embeddingSize"])
        self.norm = nn.LayerNorm(config["embeddingSize"])
        self.bias = nn.Parameter(get("output/bias"))
        self.input_dropout = nn.Dropout(config["inputDropout"])
        self.dropout = nn.Dropout(config["dropout"])
        self.register_buffer("wall", torch.zeros(len(table)))
        self.wall[0] = -1e9
        with torch.no_grad():
            self.items.weight.copy_(table)
            self.lstm.weight_ih_l0.copy_(reorder(get("layer0/input")).T)
            self.lstm.weight_hh_l0.copy_(reorder(get("layer0/recurrent")).T)
            self.lstm.bias_ih_l0.copy_(reorder(get("layer0/bias")))
            self.lstm.bias_hh_l0.zero_()
            self.projection.weight.copy_(get("output/projection").T)
            self.projection.bias.copy_(get("output/projectionBias"))

    def forward(self, inputs, targets):
        h, _ = self.lstm(self.input_dropout(self.items(inputs)))
        z = self.norm(self.projection(self.dropout(h[targets > 0])))
        logits = nn.functional.linear(z, self.items.weight, self.bias + self.wall)
        return nn.functional.cross_entropy(logits, targets[targets > 0])


def padded(windows):
    """Right-padded inputs and targets, time first."""
    longest = max(map(len, windows)) - 1
    inputs = torch.zeros(longest, len(windows), dtype=torch.long)
    targets = torch.zeros(longest, len(windows), dtype=torch.long)
    for b, window in enumerate(windows):
        items = torch.tensor(window)
        inputs[: len(window) - 1, b] = items[:-1]
        targets[: len(window) - 1, b] = items[1:]
    return inputs, targets


def prepare(question):
    recipe = json.loads((Path(question["folder"]) / "recipe.json").read_text())
    model = Model(question["folder"], recipe)
    decay = recipe["config"]["train"]["weightDecay"]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=decay, fused=fused)
    batches = [padded(windows) for windows in recipe["batches"]]
    work.update(model=model, optimizer=optimizer, batches=batches, clip=recipe["config"]["train"]["clipNorm"])
    model.eval()
    with torch.no_grad():
        loss = model(*batches[0]).item()
    model.train()
    return {"loss": loss}


def epoch(_):
    model, optimizer = work["model"], work["optimizer"]
    began = time.perf_counter()
    targets = 0
    for inputs, wanted in work["batches"]:
        loss = model(inputs, wanted)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), work["clip"])
        optimizer.step()
        loss.item()
        targets += int((wanted > 0).sum())
    return {"seconds": time.perf_counter() - began, "targets": targets}


answers = {"prepare": prepare, "epoch": epoch}
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(answers[question["do"]](question)), flush=True)
