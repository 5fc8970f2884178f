"""faiss on the catalogue that Refrain searched: every item, and a graph of neighbours. Bias is one more number of a row.

Reads table.f32 [V, width + 1] and questions.f32 [N, width + 1] from a folder; prints one line of JSON.
"""
import json, sys, time

import faiss
import numpy

folder, width, length, neighbours, construction, *expansions = sys.argv[1:]
width, length = int(width), int(length)
table = numpy.fromfile(f"{folder}/table.f32", "float32").reshape(-1, width + 1)
questions = numpy.fromfile(f"{folder}/questions.f32", "float32").reshape(-1, width + 1)


def timed(index):
    for z in questions[:10]:
        index.search(z[None], length)
    lists, times = [], []
    for z in questions:
        began = time.perf_counter()
        _, items = index.search(z[None], length)
        times.append(1e3 * (time.perf_counter() - began))
        lists.append(items[0])
    p50, p99 = numpy.percentile(times, [50, 99])
    return lists, {"p50": p50, "p99": p99}


flat = faiss.IndexFlatIP(width + 1)
flat.add(table)
best, exact = timed(flat)
del flat
graph = faiss.IndexHNSWFlat(width + 1, int(neighbours), faiss.METRIC_INNER_PRODUCT)
graph.hnsw.efConstruction = int(construction)
began = time.perf_counter()
graph.add(table)
seconds = time.perf_counter() - began
faiss.omp_set_num_threads(1)
rows = []
for expansion in map(int, expansions):
    graph.hnsw.efSearch = expansion
    lists, times = timed(graph)
    recall = numpy.mean([len(set(a) & set(b)) / length for a, b in zip(best, lists)])
    rows.append({"expansion": expansion, **times, "recall": recall})
print(json.dumps({"version": faiss.__version__, "exact": exact, "seconds": seconds, "rows": rows}))
