import { z } from "zod";
import { type BaselineChoice, type BaselineInput, baselinesSchema } from "../baseline/index.js";
import { parseConfig } from "../core/config.js";
import { RefrainError } from "../core/errors.js";
import {
  type CleaningOptions,
  type ColumnMapping,
  cleaningSchema,
  type Format,
  SEPARATORS,
  type Separator,
  TIME_UNITS,
  type TimeUnit,
} from "../data/index.js";
import { findDataset, isDatasetName } from "../data/registry/index.js";
import { type Protocol, protocolSchema } from "../evaluate/index.js";
import { type ModelConfig, modelSchema } from "../model/index.js";
import { type SplitConfig, splitSchema } from "../sequence/split-kinds.js";
import { type TrainConfig, trainSchema } from "../train/index.js";

/** Where the log is and how to read it. */
export interface DataConfig {
  /** Path or address of the log, "jkpop" for the embedded data set, or the name of a downloaded one. */
  readonly path: string;
  /** Files of a split that came with the log; `path` is then the training part. */
  readonly validation: string | null;
  readonly test: string | null;
  readonly columns: ColumnMapping;
  readonly titles: string | null;
  readonly attributes: string | null;
  readonly encoding: string | null;
  readonly format: Format | null;
  readonly separator: Separator | null;
  readonly timeUnit: TimeUnit | null;
  readonly singleUser: boolean;
  readonly pseudonymise: boolean;
  readonly keepTitles: boolean;
  /** A pause longer than this many minutes starts a new session, which then takes the user's place; null keeps users. */
  readonly sessionGapMinutes: number | null;
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
  z.enum(["user", "item", "time", "order", "day", "month", "year", "title", "artist", "duration", "rating", "split"]),
  z.string().min(1),
);

const dataSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .default("jkpop")
      .describe('Path or address of the log, "jkpop", or the name of a downloaded data set'),
    validation: z.string().min(1).nullable().default(null).describe("File with the validation part of a given split"),
    test: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("File with the test part of a given split; path is then the training part"),
    columns: columnNames.default({}).describe("Columns by role; the others are detected"),
    titles: z.string().nullable().default(null).describe("File with the titles of items, where the log has only ids"),
    attributes: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("Table with attributes of items, the id in the first column and a header; jkpop has its own"),
    encoding: z
      .string()
      .nullable()
      .default(null)
      .describe("Such as shift_jis, euc-kr, gb18030; null finds UTF-8, UTF-16 and Windows-1252"),
    format: z
      .enum(["table", "json-lines", "json", "sequences", "parquet"])
      .nullable()
      .default(null)
      .describe("How the rows are written; null finds it"),
    separator: z.enum(SEPARATORS).nullable().default(null).describe("Between the fields of a table; null finds it"),
    timeUnit: z.enum(TIME_UNITS).nullable().default(null).describe("How times are written; null finds it"),
    singleUser: z.boolean().default(false).describe("The log has no column of users, for it is one person's"),
    pseudonymise: z
      .boolean()
      .default(false)
      .describe("Users become p1, p2, …; in one person's own export items become s1, s2, … too"),
    keepTitles: z.boolean().default(false).describe("With pseudonymise: the titles of a personal export stay"),
    sessionGapMinutes: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe("Pause that starts a session; null keeps users"),
  })
  .describe("Where the log is and how to read it");

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
    split: (splitSchema as z.ZodType<SplitConfig>).prefault({} as never),
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

export type Options = Readonly<Record<string, unknown>>;

/**
 * Options with the recommended protocol of a named data set below them: what is given goes before it. Options on other logs
 * come back as they are.
 *
 * @example withDatasetDefaults({ data: { path: "ml-1m" }, protocol: { seen: "keep" } }).protocol // { seen: "keep" }
 */
export function withDatasetDefaults(options: Options): Options {
  const { path } = (options.data ?? {}) as { path?: unknown };
  if (typeof path !== "string" || !isDatasetName(path)) return options;
  const { reason: _, ...recommended } = findDataset(path).recommended;
  return over(recommended, options);
}

/**
 * Options on those of a preset, with the recommended protocol of a named data set below both: the one configuration that the
 * command line and the app make of the same choices.
 *
 * @param preset name in `PRESETS`
 * @throws {RefrainError} CONFIG_INVALID for another name, and where `options` are no plain JSON
 * @example withPreset("movielens", { data: { path: "ml-1m" }, train: { epochs: 3 } })
 */
export function withPreset(preset: string, options: unknown): Options {
  if (!Object.hasOwn(PRESETS, preset))
    throw new RefrainError(
      "CONFIG_INVALID",
      `preset must be one of ${Object.keys(PRESETS).join(", ")}, got "${preset.slice(0, 60)}".`,
    );
  return withDatasetDefaults(over(PRESETS[preset].options, options));
}

/** Two layers of options as one, option by option: what is above goes first. @throws {RefrainError} CONFIG_INVALID */
export function over(below: Options, above: unknown): Options {
  if (!isOptions(above)) throw new RefrainError("CONFIG_INVALID", "A configuration must be a JSON object.");
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    if (name === "__proto__") throw new RefrainError("CONFIG_INVALID", `config: unrecognized key "${name}".`);
    const old = Object.hasOwn(below, name) ? below[name] : undefined;
    merged[name] = isOptions(value) ? over(isOptions(old) ? old : {}, value) : value;
  }
  return merged;
}

function isOptions(value: unknown): value is Options {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What published sequence models have in common. */
const PUBLISHED = {
  userEmbeddingSize: 0,
  embeddingSize: 64,
  hiddenSize: 64,
  layers: 2,
  inputDropout: 0.2,
  dropout: 0.2,
  lastItem: false,
  repeatWindow: 0,
  timeGap: false,
} as const;

/** The protocol and the training that they are published with. */
const LEAVE_ONE_OUT = {
  split: { kind: "leave-one-out" },
  train: { epochs: 60, patience: 10, batchPositions: 6400, maxLength: 200, learningRate: 1e-3, warmupSteps: 100 },
  protocol: { seen: "remove" },
} as const;

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
          timeGap: false,
        },
        train: {
          epochs: 5,
          maxLength: 64,
          optimizer: "adam",
          learningRate: 1e-3,
          warmupSteps: 0,
          schedule: "constant",
        },
      },
    },
    movielens: {
      reason:
        "Long histories without repeats: no user embedding, seen items removed, leave-one-out as in published tables.",
      options: {
        data: {},
        split: { kind: "leave-one-out" },
        model: {
          userEmbeddingSize: 0,
          embeddingSize: 128,
          hiddenSize: 256,
          inputDropout: 0.2,
          dropout: 0.2,
          lastItem: false,
          repeatWindow: 0,
          timeGap: false,
        },
        train: { epochs: 18, batchPositions: 6400, maxLength: 200, learningRate: 2e-3, warmupSteps: 200 },
        protocol: { seen: "remove" },
      },
    },
    gru4rec: {
      reason:
        "GRU4Rec with cross-entropy over all items: one GRU layer, tied output, as it does best in later studies.",
      options: {
        ...LEAVE_ONE_OUT,
        model: { ...PUBLISHED, cell: "gru", block: "plain", layers: 1, layerNorm: false, dropout: 0.1 },
      },
    },
    sasrec: {
      reason:
        "SASRec with cross-entropy: two blocks of causal attention. A weight for each lag stands in place of positions.",
      options: {
        ...LEAVE_ONE_OUT,
        model: { ...PUBLISHED, cell: "attention", block: "preNorm", heads: 1, attentionWindow: 200 },
      },
    },
    lrurec: {
      reason:
        "LRURec: two blocks of linear recurrent units, of all recurrent models the best published one on MovieLens-1M.",
      options: { ...LEAVE_ONE_OUT, model: { ...PUBLISHED, cell: "lru", block: "postNorm" } },
    },
  };
