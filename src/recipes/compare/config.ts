import { z } from "zod";
import { TECHNIQUE_NAMES } from "../../baseline/index.js";
import { parseConfig } from "../../core/config.js";
import { RefrainError } from "../../core/errors.js";
import { PRESETS, type RunConfig, runConfig } from "../config.js";

/** Quick to fit, and one of each family: popularity, order, neighbours, collaborative, graph, content. */
export const QUICK_MODELS: readonly string[] = [
  "popularity",
  "personal-popularity",
  "markov",
  "sequential-rules",
  "context-tree",
  "item-knn",
  "vsknn",
  "rp3beta",
];

/** A comparison: which models, on which log, by which protocol, with how much search. */
export interface CompareConfig {
  /** Names of techniques, presets of recurrent models, or finished runs (id or folder). */
  readonly models: readonly string[];
  /** Configurations tried of each model, its defaults among them. */
  readonly trials: number;
  /** Minutes of trials of each model after which no new one starts. */
  readonly minutes: number;
  /** Validation metric that chooses, and metric of the table. */
  readonly metric: string;
  /** Seeds of the models that have one: the best configuration is fitted with each, and the table holds means. */
  readonly seeds: readonly number[];
  /** Seed of the search. */
  readonly seed: number;
  /** Log, cleaning, split and protocol of all; of its model and training only what no preset says. */
  readonly run: RunConfig;
}

const optionsSchema = z.strictObject({
  models: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(60)
    .refine((models) => new Set(models).size === models.length, "models must differ from each other")
    .default([...QUICK_MODELS])
    .describe(
      `Techniques (${TECHNIQUE_NAMES.join(", ")}), presets (${Object.keys(PRESETS).join(", ")}) or finished runs`,
    ),
  trials: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe("Configurations tried of each, the defaults among them"),
  minutes: z.number().min(0).max(10_000).default(1).describe("Minutes of trials of each after which no new one starts"),
  metric: z.string().default("NDCG@10").describe("Validation metric that chooses, and metric of the table"),
  seeds: z
    .array(z.number().int().min(0))
    .min(1)
    .max(20)
    .refine((seeds) => new Set(seeds).size === seeds.length, "seeds must differ from each other")
    .default([1])
    .describe("Seeds of the models that have one; the table holds means over them"),
  seed: z.number().int().min(0).default(1).describe("Seed of the search"),
});

/** The options of a comparison but `run`, with meaning, range and default. */
export const compareSchema: z.ZodType<Omit<CompareConfig, "run">> = optionsSchema;

/**
 * A configuration with the defaults filled in.
 *
 * @param options those of `CompareConfig`; `run` as `runConfig` takes it
 * @throws {RefrainError} CONFIG_INVALID naming the option
 */
export function compareConfig(options: Readonly<Record<string, unknown>> = {}): CompareConfig {
  const { run = {}, ...rest } = options;
  const config = { ...parseConfig("compare", optionsSchema, rest), run: runConfig(run) };
  const cutoff = Number(/^(?:HR|NDCG|MRR|Precision|Recall|MAP)@([1-9]\d*)$/.exec(config.metric)?.[1]);
  if (config.metric !== "Accuracy" && !config.run.protocol.cutoffs.includes(cutoff))
    throw new RefrainError(
      "CONFIG_INVALID",
      `compare.metric: must be Accuracy, or HR, NDCG, MRR, Precision, Recall or MAP at one of ${config.run.protocol.cutoffs.join(", ")}, got ${config.metric}.`,
    );
  return config;
}
