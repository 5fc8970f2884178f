// Small search spaces, one for each technique that has something to choose. The compiler checks each option and its type.
import type {
  BprOptions,
  ContentOptions,
  ContextTreeOptions,
  DistanceOptions,
  EaseOptions,
  IalsOptions,
  Item2vecOptions,
  ItemKnnOptions,
  LightgcnOptions,
  MarkovOptions,
  PersonalPopularityOptions,
  RecentPopularityOptions,
  Rp3betaOptions,
  SequentialRulesOptions,
  SessionKnnOptions,
  UserKnnOptions,
} from "../baseline/index.js";
import type { ModelConfig } from "../model/index.js";
import type { TrainConfig } from "../train/index.js";
import type { AnySpace, Space } from "./space.js";

const of = <T>(space: Space<T>): AnySpace => space as AnySpace;

const distance = of<DistanceOptions>({
  neighbours: { values: [25, 50, 100, 200, 400] },
  damping: { low: 0, high: 1, scale: "linear" },
});
const sessions = of<SessionKnnOptions>({
  neighbours: { values: [50, 100, 200, 500] },
  sample: { values: [500, 1000, 2000] },
  lastItems: { values: [3, 5, 10, 20] },
});

/** What may be searched of each technique, by name; a technique without a row has nothing to choose. */
export const SPACES: Readonly<Record<string, AnySpace>> = {
  "recent-popularity": of<RecentPopularityOptions>({ halfLife: { low: 1, high: 365, scale: "log" } }),
  "personal-popularity": of<PersonalPopularityOptions>({
    lastItems: { values: [20, 50, 100, 200, 500] },
    decay: { values: [0.9, 0.95, 0.98, 0.99, 1] },
    backOff: { low: 0.1, high: 30, scale: "log" },
  }),
  markov: of<MarkovOptions>({ backOff: { low: 0.1, high: 100, scale: "log" } }),
  "sequential-rules": of<SequentialRulesOptions>({
    steps: { values: [2, 5, 10, 20, 40] },
    weight: { values: ["reciprocal", "linear", "same"] },
  }),
  "context-tree": of<ContextTreeOptions>({
    depth: { values: [1, 2, 3, 4, 6] },
    backOff: { low: 0.5, high: 50, scale: "log" },
  }),
  "item-knn": of<ItemKnnOptions>({
    window: { values: [1, 3, 5, 10, "history"] },
    neighbours: { values: [50, 100, 200, 500] },
    shrinkage: { low: 1, high: 200, scale: "log" },
    lastItems: { values: [3, 5, 10, 20, 50] },
    decay: { low: 0.4, high: 1, scale: "linear" },
  }),
  "user-knn": of<UserKnnOptions>({
    neighbours: { values: [25, 50, 100, 200, 400] },
    shrinkage: { low: 1, high: 100, scale: "log" },
    weight: { values: ["binary", "idf"] },
  }),
  cosine: distance,
  euclidean: distance,
  sknn: sessions,
  vsknn: { ...sessions, ...of<SessionKnnOptions>({ idf: { values: [0, 0.5, 1, 2] } }) },
  vstan: { ...sessions, ...of<SessionKnnOptions>({ idf: { values: [0, 0.5, 1, 2] } }) },
  ials: of<IalsOptions>({
    factors: { values: [32, 64, 128] },
    unobserved: { low: 0.01, high: 1, scale: "log" },
    regularization: { low: 1e-3, high: 0.3, scale: "log" },
    damping: { low: 0, high: 1, scale: "linear" },
  }),
  bpr: of<BprOptions>({
    factors: { values: [32, 64, 128] },
    learningRate: { low: 0.01, high: 0.2, scale: "log" },
    regularization: { low: 1e-3, high: 0.1, scale: "log" },
  }),
  ease: of<EaseOptions>({
    regularization: { low: 20, high: 5000, scale: "log" },
    damping: { low: 0, high: 1, scale: "linear" },
  }),
  item2vec: of<Item2vecOptions>({
    window: { values: [2, 5, 10] },
    negativePower: { values: [-0.5, 0, 0.5, 0.75] },
    learningRate: { low: 0.01, high: 0.1, scale: "log" },
    decay: { low: 0.4, high: 1, scale: "linear" },
  }),
  rp3beta: of<Rp3betaOptions>({
    alpha: { low: 0.5, high: 2, scale: "linear" },
    beta: { low: 0, high: 1, scale: "linear" },
    neighbours: { values: [50, 100, 200, 500] },
    back: { values: [true, false] },
  }),
  lightgcn: of<LightgcnOptions>({
    layers: { values: [1, 2, 3] },
    learningRate: { low: 0.005, high: 0.05, scale: "log" },
    regularization: { low: 0.01, high: 1, scale: "log" },
  }),
  content: of<ContentOptions>({
    letters: { values: [0, 3, 4, 5] },
    lastItems: { values: [3, 5, 10, 20, 50] },
    decay: { low: 0.4, high: 1, scale: "linear" },
  }),
};

/** What may be searched of a recurrent model: its shape, and how it is trained. */
export const RECURRENT_SPACE: { readonly model: AnySpace; readonly train: AnySpace } = {
  model: of<ModelConfig>({
    hiddenSize: { values: [64, 128, 256] },
    inputDropout: { values: [0, 0.1, 0.2, 0.3, 0.4] },
    dropout: { values: [0, 0.1, 0.2, 0.3, 0.4, 0.5] },
  }),
  train: of<TrainConfig>({
    learningRate: { low: 1e-3, high: 1e-2, scale: "log" },
    weightDecay: { values: [0, 1e-5, 1e-4, 1e-3] },
  }),
};

/** Spaces of several parts of a configuration as one, options named "train.learningRate". */
export function prefixed(parts: Readonly<Record<string, AnySpace>>): AnySpace {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, space]) =>
      Object.entries(space).map(([name, dimension]) => [`${part}.${name}`, dimension]),
    ),
  );
}

/** `RECURRENT_SPACE` as one space: "model.hiddenSize", "train.learningRate" and others. */
export const RECURRENT_OPTIONS: AnySpace = prefixed(RECURRENT_SPACE);
