import { RefrainError } from "../core/errors.js";
import type { Change, StudyDefinition, StudyTrial } from "./trials.js";

/** Where the trials of a study are kept. */
export interface StudyStore {
  /** Of this study and no other, however often it is opened. */
  readonly id: string;
  readonly definition: StudyDefinition;
  /** In the order of their numbers. */
  trials(): StudyTrial[];
  /** Runs `change` on the trials as they are while nobody else can change them, and keeps what it saves. */
  update<T>(change: (trials: readonly StudyTrial[]) => Change<T>): T;
  close(): void;
}

/** A study that ends with the process. */
export class MemoryStudy implements StudyStore {
  readonly id: string = "memory";
  readonly definition: StudyDefinition;
  #trials: readonly StudyTrial[] = [];

  constructor(definition: StudyDefinition) {
    this.definition = definition;
  }

  trials(): StudyTrial[] {
    return [...this.#trials];
  }

  update<T>(change: (trials: readonly StudyTrial[]) => Change<T>): T {
    const { save, result } = change(this.#trials);
    const all = new Map(this.#trials.map((trial) => [trial.number, trial]));
    for (const trial of save) all.set(trial.number, trial);
    this.#trials = [...all.values()].sort((a, b) => a.number - b.number);
    return result;
  }

  close(): void {}
}

/** @throws {RefrainError} STUDY_MISMATCH naming the fields in which a study was begun otherwise */
export function checkSame(path: string, begun: StudyDefinition, asked: StudyDefinition): void {
  const names = [...new Set([...Object.keys(begun), ...Object.keys(asked)])] as (keyof StudyDefinition)[];
  const other = names.filter((name) => JSON.stringify(begun[name]) !== JSON.stringify(asked[name]));
  if (other.length === 0) return;
  throw new RefrainError(
    "STUDY_MISMATCH",
    `${path} was begun with another ${other.join(", ")}; values of both cannot be compared.`,
    { path, fields: other },
  );
}
