// What an engine process answers. Only types: server and page import them by `protocol.ts`.
import type {
  AnchorMatch,
  ComparisonTable,
  DataAudit,
  Detected,
  EpochRecord,
  ListMetric,
  MetricValue,
  RunEvent,
  Slice,
  TestReading,
  TrainingEvent,
} from "refrain";

/** An error that crossed a process border. `code` is one of `ERROR_TABLE`, or UNEXPECTED. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** Which engine trains here. */
export interface EngineFound {
  readonly name: string;
  readonly version: string;
}

/** What is being done before a question to a run can be answered. */
export interface Opening {
  readonly stage: "engine" | "model" | "log" | "map" | "ranks";
  /** Rows of the log that are read, or test plays that are ranked. */
  readonly done?: number;
  readonly all?: number;
}

/** One item in words. `plays` counts the train part. */
export interface Song {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  /** Another name, such as the romanised title. */
  readonly alias: string;
  readonly plays: number;
  /** 1 is the most played item. */
  readonly popularityRank: number;
}

export type ListenerOrder = "heavy" | "cold" | "worst" | "best" | "random";

/** One listener in the list on the left of Explore. */
export interface Listener {
  readonly id: string;
  readonly plays: number;
  /** Test cases, and how many of their targets stood among the first ten. Null before the ranks are known. */
  readonly cases: number | null;
  readonly hits: number | null;
  /** Median rank of the test targets; null without any. */
  readonly medianRank: number | null;
}

export type PlayPart = "train" | "validation" | "test";

/** One play of a timeline. */
export interface Play extends Song {
  /** Seconds since 1970; null where the log has only an order. */
  readonly time: number | null;
  readonly part: PlayPart;
  /** False for items that the train part does not hold: the model cannot know them. */
  readonly known: boolean;
}

export interface Timeline {
  readonly user: string;
  /** False for a listener without a play in the train part. */
  readonly known: boolean;
  readonly plays: readonly Play[];
  /** Plays before the test part: where "now" stands at first. */
  readonly now: number;
  /** Pause that starts a session, in minutes. */
  readonly gapMinutes: number;
  /** Why times and held-out plays are missing, where they are. */
  readonly note: string | null;
}

export interface Suggestion extends Song {
  readonly rank: number;
  readonly score: number;
  readonly probability: number;
  readonly seen: boolean;
}

export interface SuggestionList {
  readonly model: string;
  readonly list: readonly Suggestion[];
  /** Rank and probability of the items asked about, in their order; rank null for an unknown one. */
  readonly watched: readonly { readonly id: string; readonly rank: number | null; readonly probability: number }[];
  /** Plays that the model does not know and left out. */
  readonly unknown: number;
  readonly milliseconds: number;
}

export interface ReasonRow {
  readonly id: string;
  readonly reasons: readonly {
    /** Place in the history that was sent, 0-based. */
    readonly position: number;
    readonly title: string;
    /** Probability of the item without this play, over that with it. Below 1: the play speaks for the item. */
    readonly factor: number;
  }[];
}

/** One play, what it did to the model's state, and how expected it was. */
export interface StateStep {
  /** Number of the play in the history, from 1. */
  readonly play: number;
  readonly title: string;
  readonly artist: string;
  /** The state in the two directions in which the states of this history differ most. */
  readonly x: number;
  readonly y: number;
  /** Distance that the state moved. */
  readonly moved: number;
  /** Place of the song in the list just before it was played, and its probability there. */
  readonly rank: number;
  readonly probability: number;
}

export interface StatePath {
  readonly steps: readonly StateStep[];
}

/** How well one listener's test plays were foretold. */
export interface UserResult {
  readonly user: string;
  readonly plays: number;
  readonly cases: number;
  readonly hits: number;
  readonly ndcg: number;
  /** Place of the first test play in the timeline. */
  readonly now: number;
}

export interface MapPoint extends Song {
  /** Style or genre; "" where the run has no table of attributes that names it. */
  readonly style: string;
  readonly x: number;
  readonly y: number;
}

export interface ItemMap {
  readonly points: readonly MapPoint[];
  /** Share of the variance that the plane shows. */
  readonly explained: number;
  readonly total: number;
}

export interface Neighbour extends Song {
  readonly similarity: number;
}

/** A test case whose target stood far down. */
export interface Miss {
  readonly user: string;
  readonly target: Song;
  readonly rank: number;
  readonly historyLength: number;
  readonly heardBefore: boolean;
  /** Plays before the target: the place of "now" in the timeline. */
  readonly now: number;
}

export interface EvaluationDetail {
  readonly table: ComparisonTable;
  readonly slices: readonly Slice[];
  readonly misses: readonly Miss[];
  /** Coverage, popularity bias, novelty and so on of the first ten. */
  readonly lists: readonly ListMetric[];
  /** One list a listener, all test plays relevant; empty where each has one. */
  readonly sets: readonly MetricValue[];
  /** Published results on this data set, and whether they may be compared. */
  readonly anchors: readonly AnchorMatch[];
  /** Every model that was measured on this test part, the first one first. */
  readonly readings: readonly TestReading[];
  /** Every listener with a test case. */
  readonly users: readonly UserResult[];
  /** Test cases by rank: 1, 2-5, 6-10, 11-20, 21-50, 51-100, more, unknown target. */
  readonly rankCounts: readonly number[];
}

export interface DataPreview {
  /** Null where no column could be told for the listener or the song: then there are names of columns and no rows. */
  readonly detected: Detected | null;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly roles: readonly string[];
  readonly count: number;
}

/** An audit without the columns that are as long as the log. */
export type AuditSummary = Omit<DataAudit, "events"> & {
  readonly profile: NonNullable<DataAudit["events"]>["profile"] | null;
  readonly gaps: NonNullable<DataAudit["events"]>["gaps"] | null;
  /** Plays of the items from the most played on, at most 200 points. */
  readonly popularity: readonly (readonly [rank: number, plays: number])[];
};

/** A training run's events without what is large. */
export type RunNote =
  | {
      readonly type: "prepared";
      readonly folder: string;
      readonly engine: string;
      readonly counts: { readonly users: number; readonly items: number; readonly events: number };
      readonly split: string;
      readonly read: number;
      readonly kept: number;
    }
  | TrainingEvent
  | Exclude<RunEvent, { type: "prepared" }>;

export type { EpochRecord };
