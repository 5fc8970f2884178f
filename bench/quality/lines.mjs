// What is measured: data sets with the protocol of the tables that they are compared with, and models with the options that
// validation chose.

/** Published versions of these logs are complete as they are: nothing is cleaned away. */
const asPublished = { minimumUserPlays: 1, minimumItemPlays: 1, maximumPlaysPerDay: 0, minimumDurationMs: 0 };
const leaveOneOut = { split: { kind: "leave-one-out" }, protocol: { seen: "remove" }, cleaning: asPublished };

/** Logs by name. `data` gives paths below the folder of `--data`. */
export const SETS = {
  jkpop: { title: "jkpop (embedded, simulated listeners)", data: () => ({ path: "jkpop" }), options: {} },
  "ml-1m": {
    title: "MovieLens-1M (ml-1m.txt, 3,416 items)",
    data: (under) => ({ path: under("ml-1m", "ml-1m.txt.gz") }),
    options: leaveOneOut,
  },
  "ml-100k": {
    title: "MovieLens-100k",
    data: (under) => ({ path: under("ml-100k", "ml-100k.inter") }),
    options: leaveOneOut,
  },
  lastfm: {
    title: "LastFM (S3-Rec)",
    data: (under) => ({ path: under("lastfm-s3rec", "LastFM.txt") }),
    options: leaveOneOut,
  },
  beauty: {
    title: "Amazon Beauty (S3-Rec)",
    data: (under) => ({ path: under("amazon-beauty", "Beauty.txt") }),
    options: leaveOneOut,
  },
  rsc15: {
    title: "rsc15-100k (GRU4Rec's sample)",
    data: (under) => ({
      path: under("rsc15-100k", "yoochoose-clicks-100k_train_tr.txt"),
      validation: under("rsc15-100k", "yoochoose-clicks-100k_train_valid.txt"),
      test: under("rsc15-100k", "yoochoose-clicks-100k_test.txt"),
    }),
    options: { split: { kind: "given" }, cleaning: asPublished },
  },
};

/** Without what asks for users, repeats or times. */
const small = {
  embeddingSize: 64,
  hiddenSize: 128,
  userEmbeddingSize: 0,
  lastItem: true,
  repeatWindow: 0,
  timeGap: false,
};

/** The default preset on the embedded data set. */
const jkpop = {
  set: "jkpop",
  preset: "default",
  options: {},
  baselines: ["popularity", "personal-popularity", "markov", "item-knn"],
  seeds: [1, 2, 3],
  shown: ["HR@10", "NDCG@10"],
  closed: 2 / 3,
};

/**
 * Every line of the table. `targets`: what a value must reach; `above`: techniques that it must beat in both `shown` metrics;
 * `closed`: share of the distance from first-order Markov to the oracle that must be closed; `blend`: what the model of another
 * line is blended with.
 */
export const LINES = {
  "jkpop-lstm": {
    ...jkpop,
    model: "LSTM",
  },
  "jkpop-moment": {
    ...jkpop,
    model: "LSTM, told as the oracle is when the next play begins",
    options: { model: { moment: true } },
  },
  "jkpop-moods": {
    ...jkpop,
    model:
      "LSTM that reads the songs' moods and copies the last 256 plays, told as the oracle is when the next play begins",
    options: {
      model: { moment: true, attributes: "mood", repeatWindow: 256 },
      train: { maxLength: 512 },
    },
  },
  "jkpop-hybrid": {
    set: "jkpop",
    model: "hybrid",
    blend: { line: "jkpop-lstm", with: ["personal-popularity", "context-tree", "item-knn"], options: { cases: 1000 } },
    seeds: [1],
    shown: ["HR@10", "NDCG@10"],
    closed: 2 / 3,
  },
  "ml-100k-lstm": {
    set: "ml-100k",
    model: "LSTM",
    preset: "movielens",
    options: {
      model: { ...small, lastItem: false, timeGap: true, inputDropout: 0.3, dropout: 0.3 },
      train: { batchPositions: 1600, epochs: 30, warmupSteps: 100, augmentation: "crop" },
    },
    baselines: ["popularity", "markov", "sequential-rules", "item-knn", "vstan"],
    seeds: [1, 2, 3],
    shown: ["HR@10", "NDCG@10"],
    targets: { "HR@10": 0.13, "NDCG@10": 0.065 },
  },
  "lastfm-lstm": {
    set: "lastfm",
    model: "LSTM",
    preset: "movielens",
    options: {
      // Items that are played near each other say more here than what came right before: the short way only overfits.
      model: { ...small, lastItem: false, inputDropout: 0.5, dropout: 0.5 },
      train: { batchPositions: 1600, epochs: 30, warmupSteps: 100 },
    },
    baselines: ["popularity", "markov", "sequential-rules", "item-knn", "vstan"],
    seeds: [1, 2, 3],
    shown: ["HR@10", "NDCG@10"],
    targets: { "HR@10": 0.047, "NDCG@10": 0.026 },
  },
  "lastfm-hybrid": {
    set: "lastfm",
    model: "hybrid",
    blend: {
      line: "lastfm-lstm",
      with: ["item-knn", "vstan", "sequential-rules"],
      options: { seen: "remove", cases: 1090, steps: 5 },
    },
    seeds: [1],
    shown: ["HR@10", "NDCG@10"],
    targets: { "HR@10": 0.082, "NDCG@10": 0.044 },
  },
  "rsc15-lstm": {
    set: "rsc15",
    model: "LSTM",
    preset: "default",
    options: { model: { userEmbeddingSize: 0, lastItem: false } },
    baselines: ["markov", "sequential-rules", "vsknn"],
    seeds: [1, 2, 3],
    shown: ["HR@20", "MRR@20"],
    above: ["sequential rules", "VS-KNN"],
  },
  "rsc15-hybrid": {
    set: "rsc15",
    model: "hybrid",
    blend: { line: "rsc15-lstm", with: ["vsknn", "sequential-rules"], options: { cases: 2000, cutoff: 20 } },
    seeds: [1],
    shown: ["HR@20", "MRR@20"],
    above: ["sequential rules", "VS-KNN"],
  },
  "beauty-lstm": {
    set: "beauty",
    model: "LSTM",
    preset: "movielens",
    options: {
      model: { ...small, inputDropout: 0.5, dropout: 0.5 },
      train: { batchPositions: 4096, maxLength: 50, epochs: 15 },
    },
    baselines: ["popularity", "markov", "item-knn"],
    seeds: [1],
    shown: ["HR@10", "NDCG@10"],
    targets: { "HR@10": 0.064, "NDCG@10": 0.036 },
  },
  "ml-1m-lstm": {
    set: "ml-1m",
    model: "LSTM",
    preset: "movielens",
    options: { model: { inputDropout: 0.25, dropout: 0.25 }, train: { augmentation: "crop", epochs: 22 } },
    baselines: ["markov", "item-knn"],
    seeds: [1],
    shown: ["HR@10", "NDCG@10"],
    targets: { "HR@10": 0.329, "NDCG@10": 0.194 },
  },
};

/** The line that `--quick` measures anew. */
export const QUICK = { line: "lastfm-lstm", seed: 1 };

/** Validation NDCG@10 on MovieLens-1M to which one LSTM is timed. */
export const LEVELS = [0.165, 0.19];
