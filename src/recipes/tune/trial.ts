import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFileAtomic } from "../../core/files.js";
import { startEngine } from "../../engine/index.js";
import { RecurrentModel } from "../../model/index.js";
import type { ItemAttribute } from "../../sequence/attributes.js";
import { type SearchHistories, withoutTest } from "../../sequence/without-test.js";
import { CheckpointStore, train } from "../../train/index.js";
import type { Objective, Task, Worth } from "../../tune/index.js";
import { codeVersion } from "../compare/cache.js";
import type { RunConfig } from "../config.js";
import { contentHash, prepare } from "../prepare.js";
import { trainingInput } from "../training.js";
import { trialConfig } from "./config.js";

/** What a process needs to train the trials of a study; plain JSON. */
export interface TrialBegin {
  readonly config: RunConfig;
  /** SHA-256 of the log and of attributes, and of the code that the study was begun with. */
  readonly dataHash: string;
  readonly code: string;
  /** Folder of the trials. */
  readonly folder: string;
}

/** What trials are trained and judged on. Its histories have no test part, and plain ones do not fit. */
export interface TrialData {
  readonly config: RunConfig;
  readonly dataHash: string;
  readonly histories: SearchHistories;
  readonly attributes: readonly ItemAttribute[];
  readonly engine: string;
}

/**
 * Reads the log and gives what trains its trials.
 *
 * @throws {RefrainError} as `prepare` and `startEngine`; STUDY_MISMATCH where log or code are not those of the study
 */
export async function trialObjective({ config, dataHash, code, folder }: TrialBegin): Promise<Objective> {
  const other = (what: string) => new RefrainError("STUDY_MISMATCH", `${what} than the study was begun with.`);
  if (codeVersion() !== code) throw other("This process runs another version of Refrain");
  const prepared = await prepare(config);
  if (contentHash(prepared) !== dataHash) throw other(`${prepared.path} holds another log, or other attributes`);
  const histories = withoutTest(prepared.histories);
  const { name: engine } = await startEngine("train");
  return objectiveOn({ config, dataHash, histories, attributes: prepared.attributes, engine }, folder);
}

/**
 * Trains trials and judges them on validation: a task goes on from the checkpoint of its trial, ends with one after its last
 * epoch, and is worth the best epoch so far.
 *
 * @param folder where each trial has a folder named by the hash of everything that it follows from
 */
export function objectiveOn(data: TrialData, folder: string): Objective {
  return async (task, { signal, tell }) => {
    const config = trialConfig(data.config, task.options);
    const key = trialKey(config, data.dataHash);
    const place = join(folder, key);
    const known = worthOf(readEpochs(place), task, config);
    if (known) return known; // trained by somebody who could not say so any more
    const model = new RecurrentModel(
      config.model,
      data.histories.items.size,
      data.histories.users.size,
      config.train.seed,
      data.attributes,
    );
    try {
      const checkpoints = new CheckpointStore(join(place, "checkpoints"), key);
      const input = await trainingInput(config, data.histories, model, data.engine);
      const began = performance.now();
      let told = began;
      const epochs = readEpochs(place);
      let ended = false;
      for await (const event of train({ ...input, checkpoints, signal })) {
        if (event.type === "step" && performance.now() - told > 1000) {
          told = performance.now();
          tell({ units: (event.step / event.totalSteps) * config.train.epochs, ...bestSoFar(epochs, config) });
        } else if (event.type === "validation") {
          epochs.splice(event.epoch - 1, epochs.length, { seconds: event.seconds, metrics: event.metrics });
          writeFileAtomic(join(place, "epochs.json"), JSON.stringify(epochs));
        } else if (event.type === "checkpoint" && epochs.length >= task.to && task.to < config.train.epochs) break;
        else if (event.type === "end") {
          if (event.reason === "interrupted") throw signal.reason;
          ended = event.reason === "early-stopping";
        }
      }
      if (task.to >= config.train.epochs) rmSync(join(place, "checkpoints"), { recursive: true, force: true });
      const { value } = bestSoFar(epochs.slice(0, task.to), config) as { value: number };
      return { value, seconds: (performance.now() - began) / 1000, ended };
    } finally {
      model.dispose();
    }
  };
}

/** The folder of a trial: the same options on the same log are the same trial, in whatever study. */
export function trialKey(config: RunConfig, dataHash: string): string {
  return sha256(JSON.stringify([choicesOf(config), dataHash, codeVersion()])).slice(0, 32);
}

/** What a value follows from, but for the content of the log: no paths, which differ between machines, and no names. */
export function choicesOf({ data, cleaning, split, model, train: training, protocol }: RunConfig): unknown {
  const { path: _, validation: __, test: ___, titles: ____, attributes: _____, ...reading } = data;
  const { latest: ______, ...rules } = cleaning; // by default it is tomorrow's
  return [reading, rules, split, model, training, protocol];
}

interface Epoch {
  readonly seconds: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Epochs that a trial has behind it; none where the file is not there or not whole. */
function readEpochs(place: string): Epoch[] {
  const path = join(place, "epochs.json");
  try {
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Epoch[]) : [];
  } catch {
    return [];
  }
}

function bestSoFar(epochs: readonly Epoch[], { train: { metric } }: RunConfig): { value?: number } {
  const values = epochs.map(({ metrics }) => metrics[metric]);
  return values.length > 0 ? { value: Math.max(...values) } : {};
}

/** What a task comes to where its epochs are known already. */
function worthOf(epochs: readonly Epoch[], task: Task, config: RunConfig): Worth | undefined {
  if (epochs.length < task.to) return undefined;
  const { value } = bestSoFar(epochs.slice(0, task.to), config);
  if (value === undefined)
    throw new RefrainError("CONFIG_INVALID", `train.metric: ${config.train.metric} was not measured.`);
  const before = task.from > 0 ? epochs[task.from - 1].seconds : 0;
  return { value, seconds: epochs[task.to - 1].seconds - before };
}
