import { z } from "zod";
import { type BaselineChoice, type BaselineInput, baselinesSchema } from "../baseline/index.js";
import { parseConfig } from "../core/config.js";
import { type CleaningOptions, type ColumnMapping, cleaningSchema } from "../data/index.js";
import { type Protocol, protocolSchema } from "../evaluate/index.js";
import { type ModelConfig, modelSchema } from "../model/index.js";
import { type TrainConfig, trainSchema } from "../train/index.js";

/** Where the log is and how to read it. */
export interface DataConfig {
  /** Path of the log, or "jkpop" for the embedded data set. */
  readonly path: string;
  readonly columns: ColumnMapping;
  readonly titles: string | null;
  readonly encoding: string | null;
  /** A pause longer than this many minutes starts a new session, which then takes the user's place; null keeps users. */
  readonly sessionGapMinutes: number | null;
}

/** How the log is cut in train, validation and test. */
export interface SplitConfig {
  /** auto: time where the log has calendar times, else leave-one-out. */
  readonly kind: "auto" | "leave-one-out" | "time";
  /** Shares of all events, for kind "time". */
  readonly validationShare: number;
  readonly testShare: number;
}

/** One whole run: everything that affects its result. */
export interface RunConfig {
  readonly name: string;
  readonly data: DataConfig;
  readonly cleaning: CleaningOptions;
  readonly split: SplitConfig;
  readonly model: ModelConfig;
  readonly train: TrainConfig;
  readonly protocol: Protocol;
  /** What the model is tested against. */
  readonly baselines: readonly BaselineChoice[];
}

const columnNames = z.partialRecord(
  z.enum(["user", "item", "time", "order", "day", "month", "year", "title", "artist", "duration", "rating"]),
  z.string().min(1),
);

const dataSchema = z
  .strictObject({
    path: z.string().min(1).default("jkpop").describe('Path of the log, or "jkpop" for the embedded data set'),
    columns: columnNames.default({}).describe("Columns by role; the others are detected"),
    titles: z.string().nullable().default(null).describe("File with the titles of items, where the log has only ids"),
    encoding: z
      .string()
      .nullable()
      .default(null)
      .describe("Such as shift_jis, euc-kr, gb18030; null finds UTF-8, UTF-16 and Windows-1252"),
    sessionGapMinutes: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe("Pause that starts a session; null keeps users"),
  })
  .describe("Where the log is and how to read it");

const splitSchema = z
  .strictObject({
    kind: z
      .enum(["auto", "time", "leave-one-out"])
      .default("auto")
      .describe("time: one moment cuts all users; auto: that where the log has calendar times, else leave-one-out"),
    validationShare: z.number().gt(0).lt(1).default(0.1).describe("Share of events for validation, for kind time"),
    testShare: z.number().gt(0).lt(1).default(0.1).describe("Share of events for the test, for kind time"),
  })
  .describe("How the log is cut in train, validation and test");

/** Quick to fit, so that a first run stays short. */
const DEFAULT_BASELINES: BaselineInput[] = ["popularity", "markov", "item-knn"];

/** The whole configuration of a run; `z.toJSONSchema` gives its JSON schema. */
export const runSchema: z.ZodType<RunConfig> = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\p{L}\p{N}._-]{1,60}$/u, "letters, digits, . _ - only, at most 60")
      .default("run"),
    data: dataSchema.prefault({}),
    cleaning: (cleaningSchema as z.ZodType<CleaningOptions>).prefault({} as never),
    split: splitSchema.prefault({}),
    model: (modelSchema as z.ZodType<ModelConfig>).prefault({} as never),
    train: (trainSchema as z.ZodType<TrainConfig>).prefault({} as never),
    protocol: (protocolSchema as z.ZodType<Protocol>).prefault({} as never),
    baselines: baselinesSchema.prefault(DEFAULT_BASELINES),
  })
  .describe("One whole run of Refrain") as unknown as z.ZodType<RunConfig>;

/** A configuration with the defaults filled in. @throws {RefrainError} CONFIG_INVALID naming the option */
export function runConfig(options: unknown): RunConfig {
  return parseConfig("config", runSchema, options);
}

/** Options that differ from the defaults, by preset name, with the reason. */
export const PRESETS: Readonly<Record<string, { readonly reason: string; readonly options: Record<string, unknown> }>> =
  {
    default: {
      reason:
        "The best found on the embedded data set: tied output, layer norm, last-item shortcut, copy mechanism, dropout, warm-up and cosine.",
      options: {},
    },
    article: {
      reason:
        "The article's architecture: user and item embedding, one LSTM layer, a linear layer, cross-entropy, Adam at 0.001, accuracy on a test set.",
      options: {
        model: {
          output: "free",
          layerNorm: false,
          inputDropout: 0,
          dropout: 0,
          userDropout: 0.1,
          lastItem: false,
          repeatWindow: 0,
        },
        train: { optimizer: "adam", learningRate: 1e-3, warmupSteps: 0, schedule: "constant" },
      },
    },
    movielens: {
      reason:
        "Long histories without repeats: no user embedding, seen items removed, leave-one-out as in published tables.",
      options: {
        data: {},
        split: { kind: "leave-one-out" },
        model: { userEmbeddingSize: 0, embeddingSize: 128, hiddenSize: 256, lastItem: false, repeatWindow: 0 },
        train: { epochs: 18, batchPositions: 6400, maxLength: 200, learningRate: 2e-3, warmupSteps: 200 },
        protocol: { seen: "remove" },
      },
    },
  };
