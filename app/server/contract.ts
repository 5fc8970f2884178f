// What the API takes and gives. The server checks against it, OpenAPI is generated from it, the web takes its types.
import { z } from "@hono/zod-openapi";
import {
  type ComparisonTable,
  type RunConfig,
  type RunEstimate,
  type RunMarks,
  type RunRecord,
  runMarksSchema,
} from "refrain";
import type {
  AuditSummary,
  DataPreview,
  EpochRecord,
  EvaluationDetail,
  Failure,
  ItemMap,
  Listener,
  Neighbour,
  Opening,
  ReasonRow,
  Song,
  StatePath,
  SuggestionList,
  Timeline,
} from "../engine/protocol.js";

/** A value that the server made itself: described, not checked again. */
const made = <T>(description: string) => z.custom<T>().openapi({ type: "object", description });

const engineChoice = z.enum(["auto", "native", "wasm"]);
/** The engine that a person wants: the fastest one that loads, TensorFlow's own library, or WebAssembly. */
export type EngineChoice = z.infer<typeof engineChoice>;
export const engineBody = z.strictObject({ choice: engineChoice }).openapi("EngineBody");
export const engineReply = z
  .object({ choice: engineChoice, name: z.string(), version: z.string() })
  .openapi("EngineReply");
export type EngineReply = z.infer<typeof engineReply>;

/** Longest id or path that is taken. */
const text = (longest: number) => z.string().min(1).max(longest);

export const runParameter = z.object({ run: text(120).openapi({ description: "Id of a run or of a job" }) });
const itemId = text(500);

export const statusReply = z
  .object({
    version: z.string(),
    node: z.string(),
    platform: z.string(),
    runs: z.string(),
    uploads: z.string(),
    datasets: z.string(),
  })
  .openapi("Status");
export type StatusReply = z.infer<typeof statusReply>;

/** A point of the live curve. */
export interface StepPoint {
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly positionsPerSecond: number;
  /** Of training in this app, from its first step on. */
  readonly seconds: number;
}

export type JobState =
  | "preparing"
  | "training"
  | "evaluating"
  | "pausing"
  | "paused"
  | "stopped"
  | "finished"
  | "failed";

export interface LogLine {
  readonly at: string;
  readonly level: "info" | "good" | "warning" | "error";
  /** Key of a sentence of the window, or plain text where there is none. */
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** A training process that this server started. */
export interface Job {
  readonly id: string;
  readonly runId: string | null;
  readonly name: string;
  readonly state: JobState;
  readonly engine: string | null;
  readonly startedAt: string;
  readonly epochs: number;
  readonly epoch: number;
  readonly step: number;
  readonly totalSteps: number;
  readonly secondsLeft: number | null;
  readonly positionsPerSecond: number | null;
  readonly loss: number | null;
  readonly evaluating: { readonly scorer: string; readonly done: number; readonly all: number } | null;
  readonly failure: Failure | null;
  readonly resumable: boolean;
}

/** What is being done before a run can answer; null once it does. */
export interface OpeningEvent {
  readonly opening: Opening | null;
  readonly run: string;
}

/** What the event stream carries: news of a job, that the list of runs changed, or how far the opening of a run is. */
export type AppEvent = JobEvent | { readonly runs: "changed" } | OpeningEvent;

/** The job as it is now, and what is new in it. */
export interface JobEvent {
  readonly job: Job;
  readonly points?: readonly StepPoint[];
  readonly epoch?: EpochRecord;
  readonly line?: LogLine;
}

/** finished, or why it is not: live in this server, elsewhere in another process, or left behind. */
export type RunState = RunRecord["status"] | "elsewhere";

export interface RunRow extends RunMarks {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly startedAt: string;
  readonly preset: string;
  readonly engine: string;
  readonly data: string;
  readonly scorer: string;
  readonly epochs: number;
  readonly best: { readonly epoch: number; readonly value: number; readonly metric: string } | null;
  /** Test metrics by name; empty before the test. */
  readonly test: Readonly<Record<string, number>>;
  readonly shareOfOracle: number | null;
  /** True where the run was measured without songs that were heard before. */
  readonly newOnly: boolean;
  readonly trainingSeconds: number | null;
  readonly users: number;
  readonly items: number;
  readonly events: number;
  readonly jobId: string | null;
}

export interface References {
  readonly run: string;
  /** The row of that run's own model. */
  readonly own: string | null;
  readonly rows: readonly { readonly scorer: string; readonly metrics: Readonly<Record<string, number>> }[];
}

export interface RunDetail {
  readonly row: RunRow | null;
  readonly record: RunRecord | null;
  readonly epochs: readonly EpochRecord[];
  readonly job: Job | null;
  readonly steps: readonly StepPoint[];
  readonly log: readonly LogLine[];
  readonly command: string | null;
  /** Options by path, without those that nobody chose. */
  readonly options: readonly (readonly [path: string, value: unknown])[];
  readonly resumable: boolean;
  /** Test results on the same log and split: the run's own, or those of the newest finished run. */
  readonly references: References | null;
}

export const marksBody = runMarksSchema;
export const marksReply = made<RunMarks>("Tags, pin and archive of a run");
/** A request that says all in its address. */
export const emptyBody = z.strictObject({}).openapi("EmptyBody");
export const idReply = z.object({ id: z.string() }).openapi("RunId");

export const runRows = z.object({ runs: z.array(made<RunRow>("A run")) }).openapi("Runs");
export const runDetail = made<RunDetail>("A run with its curves");
export const jobReply = z.object({ job: made<Job>("A training process") }).openapi("JobReply");

/** Options of a run that differ from a preset's. Deep checks are the configuration's own. */
export const configBody = z
  .strictObject({
    preset: text(60).default("default"),
    options: z.record(z.string(), z.unknown()).default({}),
  })
  .openapi("ConfigBody");

/** The same with the language in which faults are told. */
export const checkBody = configBody.extend({ language: z.enum(["en", "zh"]).default("en") }).openapi("CheckBody");

export interface ConfigIssue {
  readonly path: string;
  readonly message: string;
}
export const configReply = made<{
  readonly config: RunConfig | null;
  /** The options where nothing is set, by preset and data set. */
  readonly usual: RunConfig;
  readonly issues: readonly ConfigIssue[];
  readonly command: string | null;
}>("The whole configuration, or what is wrong with it");
export const schemaReply = made<{
  readonly schema: Record<string, unknown>;
  readonly presets: Readonly<Record<string, { readonly reason: string; readonly config: RunConfig }>>;
}>("JSON schema of a run and the presets");

export const listenersQuery = z.object({
  order: z.enum(["heavy", "cold", "worst", "best", "random"]).default("heavy"),
  search: z.string().max(200).default(""),
  limit: z.coerce.number().int().min(1).max(10_000).default(300),
  seed: z.coerce.number().int().min(0).max(1_000_000).default(1),
});
export const listenersReply = made<{
  readonly listeners: readonly Listener[];
  readonly total: number;
  readonly ranked: boolean;
  readonly note: string | null;
}>("Listeners of a run");
export const userQuery = z.object({ user: text(500) });
export const timelineReply = made<Timeline>("All plays of a listener");

/** A listener, and what was heard and when. */
const asked = {
  user: text(500).nullable(),
  history: z.array(itemId).max(20_000),
  times: z.array(z.number().nullable()).max(20_000).default([]),
  now: z.number().nullable().default(null),
};

export const suggestBody = z
  .strictObject({
    ...asked,
    k: z.number().int().min(1).max(200).default(20),
    newOnly: z.boolean().default(false),
    watch: z.array(itemId).max(200).default([]),
  })
  .openapi("SuggestBody");
export const suggestReply = made<SuggestionList>("The best next items after a history");
export const explainBody = z.strictObject({ ...asked, items: z.array(itemId).max(50) }).openapi("ExplainBody");
export const explainReply = z.object({ rows: z.array(made<ReasonRow>("Reasons of an item")) }).openapi("Reasons");

export const statesBody = z.strictObject(asked).openapi("StatesBody");
export const statesReply = made<StatePath>("The hidden state through a history");

export const searchQuery = z.object({
  search: z.string().max(200).default(""),
  limit: z.coerce.number().int().min(1).max(500).default(30),
});
export const songsReply = z.object({ songs: z.array(made<Song>("An item")) }).openapi("Songs");
export const mapQuery = z.object({ limit: z.coerce.number().int().min(10).max(5000).default(1500) });
export const mapReply = made<ItemMap>("Items in two dimensions");
export const itemQuery = z.object({ item: itemId, limit: z.coerce.number().int().min(1).max(100).default(12) });
export const neighboursReply = made<{
  readonly song: Song;
  readonly neighbours: readonly Neighbour[];
  readonly listeners: readonly { readonly id: string; readonly plays: number }[];
  readonly gets: readonly { readonly id: string; readonly rank: number; readonly probability: number }[];
}>("Items near an item");
export const reportQuery = z.object({ language: z.enum(["en", "zh"]).default("en") });
export const reportReply = z.object({ html: z.string() }).openapi("Report");
export const pairsBody = z.strictObject({ runs: z.array(text(120)).min(2).max(6) }).openapi("PairsBody");
export const pairsReply = made<ComparisonTable>("Test results of several runs with paired tests");
export const evaluationReply = made<EvaluationDetail>("The test part in detail");

export const uploadQuery = z.object({ name: text(200) });
export const uploadReply = z.object({ path: z.string(), bytes: z.number() }).openapi("Upload");
export const previewReply = made<DataPreview>("What was detected in a log");
export const estimateReply = made<RunEstimate>("What a run would take on this machine");
export const auditReply = made<AuditSummary>("The audit of a log");
