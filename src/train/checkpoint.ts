import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RefrainError } from "../core/errors.js";
import type { Adam } from "../engine/index.js";
import {
  type NamedTensors,
  type RecurrentModel,
  readTensorFile,
  readWeights,
  writeTensorFile,
  writeWeights,
} from "../model/index.js";

/** Where a run stands between two steps. With the weights and moments it decides everything that follows. */
export interface TrainingState {
  /** Steps done. */
  step: number;
  epoch: number;
  /** Batches of this epoch that are done. */
  batch: number;
  /** Sum of the losses of this epoch's targets, in nats, and their number. */
  epochLoss: number;
  epochPositions: number;
  bestValue: number;
  bestEpoch: number;
  /** Seconds of training before this process. */
  seconds: number;
}

const KEPT = 2;

/** Checkpoints of one run in a folder, newest two kept, each written atomically. */
export class CheckpointStore {
  readonly #folder: string;
  /** Hash of what must not change between start and resume. */
  readonly #fingerprint: string;

  constructor(folder: string, fingerprint: string) {
    this.#folder = folder;
    this.#fingerprint = fingerprint;
  }

  /** Writes the state of a run and returns the path. */
  save(state: TrainingState, model: RecurrentModel, optimizer: Adam, best: NamedTensors | undefined): string {
    const path = join(this.#folder, `checkpoint-${String(state.step).padStart(9, "0")}.bin`);
    const tensors = new Map([
      ...prefixed("weights/", readWeights(model.parameters)),
      ...prefixed("moments/", readWeights(optimizer.state().tensors)),
      ...prefixed("best/", best ?? new Map()),
    ]);
    writeTensorFile(path, { state, fingerprint: this.#fingerprint }, tensors);
    for (const old of this.#paths().slice(KEPT)) rmSync(old, { force: true });
    return path;
  }

  /**
   * Restores the newest checkpoint that is whole; a damaged one is reported through `onDamage` and the one before it used.
   *
   * @throws {RefrainError} CHECKPOINT_MISMATCH when data, configuration, engine or the models' format differ from the run's
   */
  restore(
    model: RecurrentModel,
    optimizer: Adam,
    onDamage: (error: RefrainError) => void,
  ): { readonly state: TrainingState; readonly best: NamedTensors | undefined } | undefined {
    for (const path of this.#paths()) {
      let file: ReturnType<typeof readTensorFile<{ state: TrainingState; fingerprint: string }>>;
      try {
        file = readTensorFile(path);
      } catch (error) {
        onDamage(error as RefrainError);
        continue;
      }
      if (file.meta.fingerprint !== this.#fingerprint)
        throw new RefrainError(
          "CHECKPOINT_MISMATCH",
          `${path} belongs to other data, or to another configuration, engine or version.`,
          { path },
        );
      writeWeights(model.parameters, unprefixed("weights/", file.tensors));
      writeWeights(optimizer.state().tensors, unprefixed("moments/", file.tensors));
      optimizer.resumeAt(file.meta.state.step);
      const best = unprefixed("best/", file.tensors);
      return { state: file.meta.state, best: best.size > 0 ? best : undefined };
    }
    return undefined;
  }

  /** Takes the checkpoints away when the run is done. */
  clear(): void {
    for (const path of this.#paths()) rmSync(path, { force: true });
  }

  /** Newest first. */
  #paths(): string[] {
    if (!existsSync(this.#folder)) return [];
    const names = readdirSync(this.#folder).filter((name) => /^checkpoint-\d+\.bin$/.test(name));
    return names
      .sort()
      .reverse()
      .map((name) => join(this.#folder, name));
  }
}

function prefixed(prefix: string, tensors: NamedTensors): NamedTensors {
  return new Map([...tensors].map(([name, tensor]) => [prefix + name, tensor]));
}

function unprefixed(prefix: string, tensors: NamedTensors): NamedTensors {
  return new Map(
    [...tensors].flatMap(([name, t]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), t]] : [])),
  );
}
