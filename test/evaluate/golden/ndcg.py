"""Ranks and metrics by scikit-learn and numpy: what test/evaluate/golden.test.ts compares with.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn
    /tmp/venv/bin/python test/evaluate/golden/ndcg.py > test/evaluate/golden/ndcg.json

Scores are distinct within a row, so that no tie policy matters: scikit-learn averages gains over ties, Refrain ranks.
"""

import json

import numpy as np
import sklearn
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score, top_k_accuracy_score

CASES, ITEMS = 40, 25
random = np.random.default_rng(20261124)
scores = np.stack([random.permutation(ITEMS) for _ in range(CASES)]) * 0.25 - 3
targets = random.integers(0, ITEMS, CASES)
targets[:3] = [scores[0].argmax(), scores[1].argmax(), scores[2].argmin()]
relevant = np.eye(ITEMS)[targets]

metrics = {"MRR@25": label_ranking_average_precision_score(relevant, scores)}
for k in (1, 2, 5, 10, 20):
    metrics[f"NDCG@{k}"] = ndcg_score(relevant, scores, k=k)
    metrics[f"HR@{k}"] = top_k_accuracy_score(targets, scores, k=k, labels=np.arange(ITEMS))
    top = np.argsort(-scores, axis=1)[:, :k]
    hits = top == targets[:, None]
    metrics[f"MRR@{k}"] = (hits / np.arange(1, k + 1)).sum(axis=1).mean()
    metrics[f"Precision@{k}"] = hits.mean()
    metrics[f"Recall@{k}"] = hits.any(axis=1).mean()

ranks = 1 + (np.argsort(-scores, axis=1) == targets[:, None]).argmax(axis=1)
print(
    json.dumps(
        {
            "made by": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
            "items": ITEMS,
            "targets": (targets + 1).tolist(),
            "ranks": ranks.tolist(),
            "metrics": {name: float(value) for name, value in metrics.items()},
            "scores": scores.ravel().tolist(),
        }
    )
)
