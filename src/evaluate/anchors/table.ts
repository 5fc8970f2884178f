// Published results, with the protocol of each. Figures are facts read in the sources named; research behind it: no model here
// was run by us. All are on the test part, with the whole catalogue as candidates unless a row says otherwise.

/** How a published test part was cut off. */
export type PublishedSplit =
  | "leave-one-out"
  | "time, last play"
  | "time, every play"
  | "sessions, every play"
  | "random";

/** A data set as somebody prepared it. Sizes of the clean log; null where the source does not say. */
export interface PublishedSet {
  readonly name: string;
  /** Sets of one family are the same raw data, prepared in different ways. */
  readonly family: string;
  readonly users: number | null;
  readonly items: number | null;
  readonly events: number | null;
}

/** Every prepared data set, by a short name. */
export type PublishedSetId =
  | "ml-1m"
  | "ml-1m-all"
  | "ml-100k"
  | "lastfm-s3rec"
  | "lastfm-hetrec"
  | "beauty"
  | "beauty-users"
  | "steam"
  | "rsc15"
  | "yoochoose"
  | "yoochoose-users"
  | "retailrocket"
  | "diginetica"
  | "diginetica-users"
  | "zvuk"
  | "30music";

/** One published result. */
export interface Anchor {
  readonly set: PublishedSetId;
  readonly model: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly split: PublishedSplit;
  readonly seen: "keep" | "remove";
  readonly source: string;
  /** What else must be known before a comparison. */
  readonly note?: string;
}

const set = (
  family: string,
  name: string,
  users: number | null = null,
  items: number | null = null,
  events: number | null = null,
): PublishedSet => ({ family, name, users, items, events });

/** Every prepared data set that a row of `ANCHORS` is about. */
export const PUBLISHED_SETS: Readonly<Record<PublishedSetId, PublishedSet>> = {
  "ml-1m": set("ml-1m", "MovieLens 1M, items with 5 ratings or more", 6040, 3416, 999_611),
  "ml-1m-all": set("ml-1m", "MovieLens 1M, all items", 6040, 3706, 1_000_209),
  "ml-100k": set("ml-100k", "MovieLens 100K", 943, 1682, 100_000),
  "lastfm-s3rec": set("lastfm", "LastFM as prepared for S3-Rec", 1090, 3646, 52_551),
  "lastfm-hetrec": set("lastfm", "LastFM of HetRec 2011", 1892, 17_632, 92_834),
  beauty: set("beauty", "Amazon Beauty 2014, users and items with 5 or more", 22_363, 12_101, 198_502),
  "beauty-users": set("beauty", "Amazon Beauty 2014, filtered by users only", 52_204, 57_289),
  steam: set("steam", "Steam as prepared for LRURec", 334_730, 13_047),
  rsc15: set("rsc15", "RecSys Challenge 2015, whole"),
  yoochoose: set("rsc15", "YooChoose as prepared for GRU4Rec"),
  "yoochoose-users": set("rsc15", "YooChoose as prepared for time-to-split", 335_203, 20_758),
  retailrocket: set("retailrocket", "RetailRocket as prepared for GRU4Rec"),
  diginetica: set("diginetica", "Diginetica as prepared for GRU4Rec"),
  "diginetica-users": set("diginetica", "Diginetica as prepared for time-to-split", 61_279, 25_593, 485_903),
  zvuk: set("zvuk", "Zvuk as prepared for time-to-split", 19_267, 150_206),
  "30music": set("30music", "30Music, 200,000 sessions, of session-rec"),
};

const at10 = (hr: number, ndcg: number, more: Record<string, number> = {}) => ({
  "HR@10": hr,
  "NDCG@10": ndcg,
  ...more,
});
const at20 = (hr: number, mrr: number) => ({ "HR@20": hr, "MRR@20": mrr });
const row =
  (id: Anchor["set"], split: PublishedSplit, seen: Anchor["seen"]) =>
  (model: string, metrics: Anchor["metrics"], source: string, note?: string): Anchor => ({
    set: id,
    model,
    metrics,
    split,
    seen,
    source,
    ...(note ? { note } : {}),
  });

const TIME_TO_SPLIT = "time-to-split, arXiv 2507.16289";
const LRUREC = "LRURec, WSDM 2024, table 3";
const CCE = "Li-fAngyU/sequential_rec, README";
const GRU4REC = "gru4rec_third_party_comparison and the official READMEs";
const SESSION_REC = "session-rec, tables of the UMUAI paper";
const ONE_SEED = "one seed, from a repository without review";

const ml1m = row("ml-1m", "leave-one-out", "remove");
const ml1mAll = row("ml-1m-all", "leave-one-out", "remove");
const ml100k = row("ml-100k", "leave-one-out", "remove");
const lastfm = row("lastfm-s3rec", "leave-one-out", "remove");
const beauty = row("beauty", "leave-one-out", "remove");

/** Every published result that figures are held against, the strongest of a data set not first but by source. */
export const ANCHORS: readonly Anchor[] = [
  ml1m(
    "GRU4Rec, cross-entropy",
    at10(0.2811, 0.1648),
    "Turning Dross Into Gold Loss, RecSys 2023",
    "second-hand, from the README of generative-recommenders",
  ),
  ml1m("GRU4Rec, tuned", at10(0.2887, 0.1679, { "HR@20": 0.3965, "MRR@20": 0.1383 }), TIME_TO_SPLIT),
  ml1m("GRU4Rec", at10(0.2962, 0.1693, { "HR@20": 0.3947, "NDCG@20": 0.1941 }), LRUREC),
  ml1m("NARM", at10(0.2864, 0.1665, { "HR@20": 0.3929, "NDCG@20": 0.1934 }), LRUREC),
  ml1m("LRURec", at10(0.3264, 0.193, { "HR@20": 0.4331, "NDCG@20": 0.2199 }), LRUREC),
  ml1m("SASRec, one negative", at10(0.25, 0.1341), "sasrec-bert4rec-recsys23"),
  ml1m("SASRec, cross-entropy", at10(0.3152, 0.1821), "sasrec-bert4rec-recsys23"),
  ml1m("SASRec, cross-entropy", at10(0.3207, 0.1858, { "HR@20": 0.4252, "MRR@20": 0.1517 }), TIME_TO_SPLIT),
  ml1m("BERT4Rec", at10(0.2843, 0.1537), "sasrec-bert4rec-recsys23"),
  ml1m("gSASRec", at10(0.3003, 0.1726), "gSASRec-pytorch"),
  ml1m("MF-BPR", at10(0.074, 0.0377), "bert4rec_repro"),
  ml1m("HSTU-large", at10(0.3294, 0.1893), "generative-recommenders, README"),
  ml1m(
    "HSTU-large, stable sort",
    at10(0.3642, 0.2164),
    "RecTools, HSTU example",
    "another order of tied times; it changes a quarter of the targets",
  ),
  ml1mAll("eSASRec", at10(0.3133, 0.1772), "eSASRec, RecSys 2025"),
  ml1mAll("FuXi-alpha", at10(0.3164, 0.1813), "eSASRec, RecSys 2025"),
  row("ml-1m", "time, last play", "remove")("GRU4Rec, tuned", at10(0.1505, 0.083), TIME_TO_SPLIT),
  row("ml-1m", "time, last play", "remove")("SASRec, cross-entropy", at10(0.1596, 0.0948), TIME_TO_SPLIT),
  row("ml-1m", "time, every play", "remove")("GRU4Rec, tuned", at10(0.1966, 0.1072), TIME_TO_SPLIT),
  ml100k("GRU4Rec", at10(0.1304, 0.065, { "HR@20": 0.2259, "MRR@20": 0.0518 }), "pswrec2k26", ONE_SEED),
  ml100k("SASRec", at10(0.1198, 0.0594), "pswrec2k26", ONE_SEED),
  ml100k("FEARec", at10(0.1304, 0.0622), "pswrec2k26", ONE_SEED),
  lastfm("GRU4Rec, one negative", at10(0.0312, 0.0171), CCE),
  lastfm("GRU4Rec, cross-entropy", at10(0.0468, 0.0262), CCE),
  lastfm("SASRec, cross-entropy", at10(0.0587, 0.0354), CCE),
  lastfm("S3Rec, cross-entropy", at10(0.0789, 0.0381), CCE),
  lastfm("BSARec", at10(0.0807, 0.0435, { "HR@5": 0.0523, "HR@20": 0.1174 }), "BSARec, log of its run"),
  lastfm("WEARec", at10(0.0817, 0.044), "pswrec2k26", ONE_SEED),
  row("lastfm-hetrec", "random", "remove")(
    "LightGCN",
    { "Recall@10": 0.2064, "NDCG@10": 0.1972 },
    "RecBole-GNN, results",
  ),
  beauty("GRU4Rec, cross-entropy", at10(0.0638, 0.0356, { "HR@20": 0.0923, "MRR@20": 0.029 }), TIME_TO_SPLIT),
  beauty("GRU4Rec, cross-entropy", at10(0.0695, 0.0408), CCE),
  beauty("SASRec, cross-entropy", at10(0.0974, 0.0588), TIME_TO_SPLIT),
  beauty("BSARec, cross-entropy, 5 seeds", at10(0.1002, 0.061), "RecBoard"),
  beauty("S3Rec, cross-entropy", at10(0.1031, 0.0619), CCE),
  beauty("MF-BPR, 5 seeds", at10(0.0447, 0.0227), "RecBoard"),
  row("beauty-users", "leave-one-out", "remove")("LRURec", at10(0.0528, 0.0309), LRUREC),
  row("steam", "leave-one-out", "remove")("GRU4Rec", at10(0.122, 0.0651), LRUREC),
  row("steam", "leave-one-out", "remove")("LRURec", at10(0.1283, 0.0693), LRUREC),
  row("rsc15", "sessions, every play", "keep")("GRU4Rec", at20(0.7283, 0.3205), GRU4REC),
  row("rsc15", "sessions, every play", "keep")(
    "VSTAN",
    at20(0.6761, 0.2943),
    SESSION_REC,
    "mean of five slices of time",
  ),
  row("yoochoose", "sessions, every play", "keep")("GRU4Rec", at20(0.6789, 0.3024), GRU4REC),
  row("yoochoose-users", "leave-one-out", "remove")("GRU4Rec", at10(0.4885, 0.2982), TIME_TO_SPLIT),
  row("retailrocket", "sessions, every play", "keep")("GRU4Rec", at20(0.5186, 0.2175), GRU4REC),
  row("diginetica", "sessions, every play", "keep")("GRU4Rec", at20(0.4995, 0.1542), GRU4REC),
  row("diginetica-users", "leave-one-out", "remove")("GRU4Rec", at10(0.3057, 0.1613), TIME_TO_SPLIT),
  row("zvuk", "leave-one-out", "keep")("GRU4Rec", at10(0.3459, 0.2813), TIME_TO_SPLIT),
  row("zvuk", "time, last play", "keep")("GRU4Rec", at10(0.2122, 0.1626), TIME_TO_SPLIT),
  row("zvuk", "time, every play", "keep")("GRU4Rec", at10(0.1882, 0.1447), TIME_TO_SPLIT),
  row("30music", "sessions, every play", "keep")(
    "VSTAN",
    at20(0.3904, 0.1564),
    SESSION_REC,
    "mean of five slices of time",
  ),
  row("30music", "sessions, every play", "keep")(
    "GRU4Rec",
    at20(0.3273, 0.2369),
    SESSION_REC,
    "mean of five slices of time",
  ),
  row("30music", "sessions, every play", "keep")(
    "Sequential rules",
    at20(0.3327, 0.241),
    SESSION_REC,
    "mean of five slices of time",
  ),
];
