import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { TECHNIQUES } from "../../baseline/index.js";
import { RefrainError } from "../../core/errors.js";
import type { Scorer } from "../../core/scorer.js";
import { type Engine, startEngine } from "../../engine/index.js";
import { loadModel, RecurrentModel, saveModel, sequenceLayers } from "../../model/index.js";
import type { Histories } from "../../sequence/histories.js";
import { CheckpointStore, train } from "../../train/index.js";
import { type AnySpace, type Point, RECURRENT_OPTIONS, SPACES } from "../../tune/index.js";
import { over, PRESETS, type RunConfig, runConfig, withPreset } from "../config.js";
import { type FitProgress, fitting } from "../fit.js";
import { findRun, readRecord } from "../run-folder.js";
import { trainingInput } from "../training.js";
import type { CompareConfig } from "./config.js";

/** A model that can score, with what must be let go of afterwards. */
export interface Fitted {
  readonly scorer: Scorer;
  dispose(): void;
}

/** One of the models of a comparison. */
export interface Contestant {
  /** As it was named. */
  readonly name: string;
  readonly kind: "technique" | "preset" | "run";
  readonly space: AnySpace;
  /** True where the result depends on a seed. */
  readonly seeded: boolean;
  /** Everything beside options and seed that the result depends on, for the cache. */
  readonly identity: unknown;
  /** Options in full, as a person would set them. */
  describe(options: Point): Readonly<Record<string, unknown>>;
  /**
   * Fits on the train part.
   *
   * @param folder where a model is kept that is dear to train; the same place gives it back, or goes on with its training
   * @throws the signal's reason once it is aborted
   */
  fit(
    options: Point,
    seed: number,
    histories: Histories,
    folder: string,
    signal?: AbortSignal,
  ): AsyncGenerator<FitProgress, Fitted>;
}

/** Finds what a name means: a technique, a preset, or a finished run of the folder. @throws {RefrainError} CONFIG_INVALID; RUN_NOT_FOUND */
export function contestantOf(
  name: string,
  { run, metric }: Pick<CompareConfig, "run" | "metric">,
  runs: string,
  dataHash: string,
): Contestant {
  if (Object.hasOwn(TECHNIQUES, name)) return technique(name, run);
  if (Object.hasOwn(PRESETS, name)) return preset(name, run, metric);
  return finishedRun(name, run, runs, dataHash);
}

const nothing = () => {};

function technique(name: string, { protocol }: RunConfig): Contestant {
  const { schema } = TECHNIQUES[name];
  const shape = (schema as { shape?: Record<string, unknown> }).shape ?? {};
  const seeded = Object.hasOwn(shape, "seed");
  const fixed = Object.hasOwn(shape, "seen") ? { seen: protocol.seen } : {};
  return {
    name,
    kind: "technique",
    space: Object.hasOwn(SPACES, name) ? SPACES[name] : {},
    seeded,
    identity: { technique: name, ...fixed },
    describe: (options) => options,
    async *fit(options, seed, histories, _, signal) {
      const all = { ...fixed, ...options, ...(seeded ? { seed } : {}) };
      return { scorer: yield* fitting({ name, options: all }, histories, signal), dispose: nothing };
    },
  };
}

/** A recurrent model whose shape and training a preset says, on the log and protocol of the comparison. */
function preset(name: string, run: RunConfig, metric: string): Contestant {
  const { model: _, train: __, baselines: ___, name: ____, ...shared } = run;
  const configOf = (options: Point, seed: number): RunConfig => {
    const chosen = { model: pick(options, "model"), train: { ...pick(options, "train"), metric, seed } };
    return runConfig({ ...over(withPreset(name, {}), chosen), ...shared });
  };
  let engine: Engine | undefined;
  return {
    name,
    kind: "preset",
    space: RECURRENT_OPTIONS,
    seeded: true,
    identity: { preset: configOf({}, 0).model, train: configOf({}, 0).train },
    describe: (options) => options,
    async *fit(options, seed, histories, folder, signal) {
      engine ??= await startEngine("train");
      const config = configOf(options, seed);
      if (!existsSync(join(folder, "model.bin"))) yield* trainInto(folder, name, config, histories, engine, signal);
      const saved = loadModel(folder);
      return { scorer: { ...saved.scorer, name }, dispose: () => saved.model.dispose() };
    },
  };
}

/** Trains a model and saves it. An interrupted training leaves a checkpoint, and the next one goes on from there. */
async function* trainInto(
  folder: string,
  scorer: string,
  config: RunConfig,
  histories: Histories,
  engine: Engine,
  signal?: AbortSignal,
): AsyncGenerator<FitProgress, void> {
  const model = new RecurrentModel(config.model, histories.items.size, histories.users.size, config.train.seed);
  try {
    const checkpoints = new CheckpointStore(join(folder, "checkpoints"), basename(folder));
    const input = await trainingInput(config, histories, model, engine.name);
    let told = performance.now();
    for await (const event of train({ ...input, checkpoints, signal })) {
      if (event.type === "end" && event.reason === "interrupted") throw signal?.reason;
      if (event.type !== "step" || performance.now() - told < 2000) continue;
      told = performance.now();
      yield { type: "fitting", scorer, done: event.step, all: event.totalSteps, secondsLeft: event.secondsLeft };
    }
    saveModel(folder, model, {
      name: sequenceLayers[config.model.cell].title,
      items: histories.items,
      users: histories.users,
      titles: histories.titles,
      aliases: histories.titles.map(() => []),
      histories: histories.users.ids.map(() => []),
      windowLength: config.train.maxLength,
    });
    rmSync(join(folder, "checkpoints"), { recursive: true, force: true });
  } finally {
    model.dispose();
  }
}

/** The model of a finished run, which must have been trained on the same train part. */
function finishedRun(name: string, run: RunConfig, runs: string, dataHash: string): Contestant {
  const folder = findRun(runs, name, "finished");
  const { id, config, data } = readRecord(folder);
  const cut = ({ data: { path: _, ...reading }, cleaning: { latest: __, ...cleaning }, split }: RunConfig) =>
    JSON.stringify([reading, cleaning, split]);
  if (data.sha256 !== dataHash || cut(runConfig(config)) !== cut(run))
    throw new RefrainError(
      "CONFIG_INVALID",
      `Run ${id} has another log than this comparison, or cleaned or split it in another way, so it may have been trained on its test part. Give the options that it was trained with.`,
      { run: id },
    );
  return {
    name: id,
    kind: "run",
    space: {},
    seeded: false,
    identity: { run: id, data: data.sha256 },
    describe: () => ({}),
    async *fit() {
      await startEngine("score");
      const saved = loadModel(folder);
      return { scorer: { ...saved.scorer, name: id }, dispose: () => saved.model.dispose() };
    },
  };
}

/** Options of a part, which a point names "train.learningRate". */
function pick(options: Point, part: string): Record<string, unknown> {
  const own = Object.entries(options).filter(([name]) => name.startsWith(`${part}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(part.length + 1), value]));
}
