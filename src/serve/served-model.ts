import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { RefrainError } from "../core/errors.js";
import { loadModel, type SavedModel, StreamingModel } from "../model/index.js";
import { readRecord } from "../recipes/index.js";

/** A model in use. */
export interface ServedModel {
  /** Id of its run. */
  readonly id: string;
  /** SHA-256 of its weights, configuration and context, as `model.bin` ends with it. */
  readonly fingerprint: string;
  readonly saved: SavedModel;
  readonly streaming: StreamingModel;
  /** Seconds of pause after which a new session begins, where the model was trained on sessions. */
  readonly sessionGap: number | null;
}

/**
 * Loads the model of a run. The engine must have been started.
 *
 * @param sha256 its fingerprint, where it was told from elsewhere
 * @throws {RefrainError} RUN_NOT_FOUND, RUN_DAMAGED, CHECKPOINT_DAMAGED, RUN_TOO_NEW, RUN_TOO_OLD; MODEL_CHANGED for another fingerprint
 */
export function openModel(folder: string, sha256?: string): ServedModel {
  const record = readRecord(folder);
  const saved = loadModel(folder);
  try {
    const fingerprint = fingerprintOf(folder);
    if (sha256 !== undefined && sha256.toLowerCase() !== fingerprint)
      throw new RefrainError("MODEL_CHANGED", `The model in ${folder} has the SHA-256 ${fingerprint}, not ${sha256}.`, {
        folder,
        fingerprint,
      });
    const streaming = new StreamingModel(saved.model);
    streaming.top(streaming.start(0), 1); // the first answer of all takes longest
    const minutes = record.config.data.sessionGapMinutes;
    return { id: basename(folder), fingerprint, saved, streaming, sessionGap: minutes ? 60 * minutes : null };
  } catch (error) {
    saved.model.dispose();
    throw error;
  }
}

/** The SHA-256 that ends `model.bin` in the folder of a run, in hex. Loading checks that it is true. */
export function fingerprintOf(folder: string): string {
  const handle = openSync(join(folder, "model.bin"), "r");
  try {
    const bytes = Buffer.alloc(32);
    readSync(handle, bytes, 0, 32, fstatSync(handle).size - 32);
    return bytes.toString("hex");
  } finally {
    closeSync(handle);
  }
}

/** The model that answers now. Another one takes its place between two answers, so that none is lost. */
export class LiveModel {
  #current: ServedModel;

  constructor(first: ServedModel) {
    this.#current = first;
  }

  get current(): ServedModel {
    return this.#current;
  }

  /** Puts another model in place. Whoever waited must look at `current` again; nothing uses the old one any more. */
  swap(next: ServedModel): void {
    const old = this.#current;
    this.#current = next;
    old.streaming.findItems = undefined; // states that are not asked for any more hold the old model, but need no graph
    old.saved.model.dispose();
  }

  dispose(): void {
    this.#current.saved.model.dispose();
  }
}
