# Independent fits of five techniques with numpy, scipy and scikit-learn. Reads the train matrix and the histories to score,
# writes the ten best items of each user and the seconds that it took.
import json
import sys
import time

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

folder = sys.argv[1]
with open(f"{folder}/input.json") as file:
    given = json.load(file)
users, items = given["users"], given["items"]
train = sparse.csr_matrix((np.ones(len(given["rows"])), (given["rows"], given["columns"])), shape=(users, items))
queries = sparse.csr_matrix(
    (np.ones(len(given["queryRows"])), (given["queryRows"], given["queryColumns"])), shape=(users, items)
)
popularity = np.asarray(given["popularity"])
options = given["options"]


def ease():
    p = np.linalg.inv((train.T @ train).toarray() + options["ease"]["regularization"] * np.eye(items))
    b = p / -np.diag(p)[None, :]
    np.fill_diagonal(b, 0)
    return queries @ b


def rp3beta():
    o = options["rp3beta"]
    degree = np.asarray(train.sum(axis=0)).ravel()
    user = sparse.diags(np.asarray(train.sum(axis=1)).ravel() ** -o["alpha"])
    item = sparse.diags(degree ** -o["alpha"])
    walks = (item @ train.T @ user @ train).toarray() / degree[None, :] ** o["beta"]
    np.fill_diagonal(walks, 0)
    return queries @ keep_best(walks, o["neighbours"])


def item_knn():
    o = options["item-knn"]
    together = (train.T @ train).toarray()
    degree = np.diag(together).copy()
    similarity = together / (np.sqrt(np.outer(degree, degree)) + o["shrinkage"])
    np.fill_diagonal(similarity, 0)
    return queries @ keep_best(similarity, o["neighbours"])


def user_knn():
    # scikit-learn's cosine over binary rows. All neighbours are asked for, so that of equally near ones the first is taken.
    k = options["user-knn"]["neighbours"]
    near = NearestNeighbors(n_neighbors=users, metric="cosine", algorithm="brute").fit(train)
    distance, index = near.kneighbors(queries)
    scores = np.zeros((users, items))
    for u in range(users):
        similarity = (1 - distance[u]).astype(np.float32)
        order = np.lexsort((index[u], -similarity))
        others = order[index[u][order] != u][:k]
        scores[u] = similarity[others] @ train[index[u][others]].toarray()
    return scores


def ials():
    o = options["ials"]
    f, w = o["factors"], o["unobserved"]
    y = np.asarray(given["ialsVectors"]).reshape(items, f)

    def solve(matrix, vectors):
        gram = w * vectors.T @ vectors
        out = np.zeros((matrix.shape[0], f))
        for row in range(matrix.shape[0]):
            own = vectors[matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]]
            added = o["regularization"] * (len(own) + w * len(vectors)) ** o["frequency"]
            out[row] = np.linalg.solve(gram + own.T @ own + added * np.eye(f), own.sum(axis=0))
        return out

    columns = train.T.tocsr()
    for _ in range(o["rounds"]):
        x = solve(train, y)
        y = solve(columns, x)
    return solve(queries, y) @ y.T


def keep_best(matrix, k):
    # Ties at the edge are broken by the lower index, so the sort must be stable.
    order = np.argsort(-matrix.astype(np.float32), axis=1, kind="stable")[:, :k]
    kept = np.zeros_like(matrix)
    np.put_along_axis(kept, order, np.take_along_axis(matrix, order, axis=1), axis=1)
    return kept


result = {}
seen = queries.toarray() > 0
for name, fit in {"ease": ease, "rp3beta": rp3beta, "item-knn": item_knn, "user-knn": user_knn, "ials": ials}.items():
    began = time.perf_counter()
    scores = np.asarray(fit()) + 1e-6 * popularity
    seconds = time.perf_counter() - began
    scores[seen] = -np.inf
    best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    result[name] = {"seconds": seconds, "top": best.tolist(), "scores": np.take_along_axis(scores, best, axis=1).tolist()}
with open(f"{folder}/output.json", "w") as file:
    json.dump(result, file)
