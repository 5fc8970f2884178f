// What the server and its engine processes say to each other. Only types: both sides import it.
import type { ComparisonTable, ReportLanguage, RunConfig, RunEstimate } from "refrain";
import type {
  AuditSummary,
  DataPreview,
  EngineFound,
  EvaluationDetail,
  Failure,
  ItemMap,
  Listener,
  ListenerOrder,
  Neighbour,
  ReasonRow,
  Song,
  StatePath,
  SuggestionList,
  Timeline,
} from "./answers.js";

export type * from "./answers.js";

interface OfRun {
  /** Folder of the run. */
  readonly run: string;
}

/** A listener, and what was heard so far. */
export interface Asked {
  /** Id of the listener; null is a new one. */
  readonly user: string | null;
  /** Item ids, oldest first. */
  readonly history: readonly string[];
  /** When each play was heard, in seconds since 1970, null where unknown; empty where nothing is known. */
  readonly times: readonly (number | null)[];
  /** When the question is asked, in seconds since 1970; null where unknown. */
  readonly now: number | null;
}

export interface HistoryQuery extends OfRun, Asked {
  readonly k: number;
  /** Takes heard songs out of the list, and out of what a watched song is ranked among. */
  readonly newOnly: boolean;
  readonly watch: readonly string[];
}

/** Every question to an engine process: what it gets and what it gives. */
export interface Methods {
  train(p: { config: RunConfig; preset: string; runs: string }): null;
  resume(p: OfRun): null;
  pause(p: null): null;
  checkpoint(p: null): null;
  /** Starts the engine that training takes. */
  engine(p: null): EngineFound;
  listeners(p: OfRun & { order: ListenerOrder; search: string; limit: number; seed: number }): {
    listeners: Listener[];
    total: number;
    /** False while the ranks of the test part are being worked out. */
    ranked: boolean;
    note: string | null;
  };
  timeline(p: OfRun & { user: string }): Timeline;
  suggest(p: HistoryQuery): SuggestionList;
  explain(p: OfRun & Asked & { items: readonly string[] }): ReasonRow[];
  states(p: OfRun & Asked): StatePath;
  songs(p: OfRun & { search: string; limit: number }): Song[];
  map(p: OfRun & { limit: number }): ItemMap;
  neighbours(p: OfRun & { item: string; limit: number }): {
    song: Song;
    neighbours: Neighbour[];
    listeners: { id: string; plays: number }[];
    /** Listeners to whom the model would play the song next, the likeliest first. */
    gets: { id: string; rank: number; probability: number }[];
  };
  evaluation(p: OfRun): EvaluationDetail;
  /** Test parts of several runs on the same log, with paired tests. */
  pairs(p: { runs: readonly string[] }): ComparisonTable;
  report(p: OfRun & { language: ReportLanguage }): { html: string };
  audit(p: { config: RunConfig }): AuditSummary;
  preview(p: { config: RunConfig }): DataPreview;
  estimate(p: { config: RunConfig }): RunEstimate;
}

export type MethodName = keyof Methods;
export type Params<M extends MethodName> = Parameters<Methods[M]>[0];
export type Result<M extends MethodName> = ReturnType<Methods[M]>;

export interface Question {
  readonly id: number;
  readonly method: MethodName;
  readonly params: unknown;
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly id: number; readonly note: unknown };
