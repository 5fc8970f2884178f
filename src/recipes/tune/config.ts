import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import { RefrainError } from "../../core/errors.js";
import { Random } from "../../core/random.js";
import { type AnySpace, drawPoint, type Point, parseSpace, RECURRENT_OPTIONS } from "../../tune/index.js";
import { over, type RunConfig, runConfig } from "../config.js";

/** A search for the options of a recurrent model. */
export interface TuneConfig {
  /** Trials at most, the defaults among them. */
  readonly trials: number;
  readonly sampler: "random" | "tpe";
  /** Epochs of a trial at the first rung; as many as `run.train.epochs` where every trial is trained in full. */
  readonly firstEpochs: number;
  /** One trial in so many goes on to the next rung, with so many times the epochs. */
  readonly eta: number;
  /** Minutes after which no new task starts; null for no bound. */
  readonly minutes: number | null;
  /** Seed of the draws. */
  readonly seed: number;
  /** Options by name, such as "train.learningRate", and what may be tried of each. */
  readonly space: AnySpace;
  /** Everything that is not searched: log, cleaning, split, model, training, protocol. `train.metric` chooses. */
  readonly run: RunConfig;
}

const optionsSchema = z.strictObject({
  trials: z.number().int().min(1).max(100_000).default(20).describe("Trials at most, the defaults among them"),
  sampler: z.enum(["random", "tpe"]).default("tpe").describe("How points are drawn; tpe learns from the trials before"),
  firstEpochs: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .describe("Epochs before a trial is judged for the first time; train.epochs or more: all trials in full"),
  eta: z.number().min(1.1).max(100).default(3).describe("One trial in so many goes on, with so many times the epochs"),
  minutes: z.number().min(0).max(1e6).nullable().default(null).describe("Minutes after which no new task starts"),
  seed: z.number().int().min(0).default(1).describe("Seed of the draws"),
  space: z
    .unknown()
    .optional()
    .describe("Options by name, with what may be tried of each; by default the recurrent space"),
});

/** The options of a search but `run` and the form of `space`, with meaning, range and default. */
export const tuneSchema: z.ZodType = optionsSchema;

/** Options that a search must leave alone: they say how trials are judged, or have no say in what is learned. */
const FIXED = ["train.epochs", "train.metric", "train.seed", "train.checkpointSeconds"];
/** Draws of the space whose configurations are checked before the first trial. */
const CHECKED = 100;

/**
 * A configuration with the defaults filled in.
 *
 * @param options those of `TuneConfig`; `run` as `runConfig` takes it
 * @throws {RefrainError} CONFIG_INVALID naming the option, also where the space has an option or a value that no run has
 */
export function tuneConfig(options: Readonly<Record<string, unknown>> = {}): TuneConfig {
  const { run = {}, ...rest } = options;
  const parsed = parseConfig("tune", optionsSchema, rest);
  const space = parsed.space === undefined ? RECURRENT_OPTIONS : parseSpace(parsed.space);
  const base = runConfig(run);
  for (const name of Object.keys(space))
    if (!/^(model|train)\./.test(name) || FIXED.includes(name))
      throw new RefrainError(
        "CONFIG_INVALID",
        `space.${name}: only options of model and train are searched, and not ${FIXED.join(", ")}.`,
      );
  const random = Random.stream(0, "check");
  for (let n = 0; n < CHECKED; n++) trialConfig(base, drawPoint(space, random));
  return { ...parsed, firstEpochs: Math.min(parsed.firstEpochs, base.train.epochs), space, run: base };
}

/** The configuration of a trial. @throws {RefrainError} CONFIG_INVALID */
export function trialConfig(run: RunConfig, options: Point): RunConfig {
  const nested = Object.entries(options).map(([name, value]) =>
    name.split(".").reduceRight<unknown>((inner, part) => ({ [part]: inner }), value),
  );
  return runConfig(nested.reduce<Readonly<Record<string, unknown>>>(over, { ...run }));
}

/** What the configuration itself has for the options of a space: trial 0. */
export function referenceOf({ space, run }: Pick<TuneConfig, "space" | "run">): Point {
  const point: Record<string, unknown> = {};
  for (const [name, { when }] of Object.entries(space))
    if (!when || when.is.includes(point[when.option]))
      point[name] = name
        .split(".")
        .reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], run as unknown);
  return point;
}
