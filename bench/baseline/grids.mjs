// The options of each technique among which validation chooses. Small on purpose: at most six points each.

/** Every combination of the listed values. */
function grid(values) {
  return Object.entries(values).reduce(
    (points, [name, list]) => points.flatMap((point) => list.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

/** Points by technique. @param dataset title of the data set in `datasets` @param attributes path of its attributes */
export function gridsOf(dataset, attributes) {
  const music = dataset === "jkpop";
  const large = dataset === "ml-1m";
  return {
    popularity: [{}],
    "recent-popularity": grid({ halfLife: dataset === "ml-1m" ? [10, 100] : [3, 30] }),
    "personal-popularity": grid({ decay: [0.9, 0.98, 1], backOff: [1, 10] }),
    markov: grid({ backOff: [1, 10, 100] }),
    "sequential-rules": grid({ steps: [3, 10], weight: ["reciprocal", "linear"] }),
    "context-tree": grid({ depth: [2, 4], backOff: [2, 10, 50] }),
    "item-knn": [
      {},
      { window: 10 },
      { window: "history", lastItems: 10 },
      { window: "history", lastItems: 100, decay: 1 },
    ],
    "user-knn": grid({ neighbours: [50, 200], weight: large ? ["binary"] : ["binary", "idf"] }),
    cosine: grid({ neighbours: [50, 200], damping: [0.5] }),
    euclidean: grid({ neighbours: [50, 200], damping: [0.5] }),
    sknn: grid({ lastItems: [3, 10], longest: large ? [50] : [20, 100] }),
    vsknn: grid({ lastItems: [3, 10], longest: large ? [50] : [20, 100] }),
    vstan: grid({ positionDecay: [2, 5], longest: large ? [50] : [20, 100], ageDecay: [1e6] }),
    ials: grid({ factors: [large ? 32 : 64], rounds: [8], unobserved: [0.1, 0.5], regularization: [0.003] }),
    bpr: grid({ epochs: [20], factors: [32], regularization: large ? [0.01] : [0.003, 0.03] }),
    ease: grid({ regularization: large ? [300] : [100, 500], damping: music ? [0, 1] : [0] }),
    item2vec: grid({ size: [32], epochs: [large ? 2 : 5], window: [3], lastItems: large ? [5] : [3, 10] }),
    rp3beta: grid({ beta: [0.3, 0.6], alpha: [0.7, 1], back: [music] }),
    lightgcn: grid({ epochs: [large ? 10 : 40], regularization: large ? [0.1] : [0.1, 1] }),
    content: grid({ file: [attributes], letters: [0, 4], lastItems: [3, 20] }),
    "content-fallback": [{ base: "item-knn", content: { name: "content", options: { file: attributes } } }],
  };
}

/** What is blended on each data set. */
export function blendOf(dataset, chosen) {
  const names =
    dataset === "jkpop"
      ? ["item-knn", "context-tree", "personal-popularity"]
      : ["item-knn", "sequential-rules", "ials"];
  return {
    of: names.map((name) => ({ name, options: chosen.get(name) })),
    seen: dataset === "jkpop" ? "keep" : "remove",
  };
}
