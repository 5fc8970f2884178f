import type { PlayedHistory, UserState } from "../model/index.js";
import type { LiveModel, ServedModel } from "./served-model.js";

interface Wanted {
  readonly model: ServedModel;
  readonly history: PlayedHistory;
  readonly resolve: (state: UserState | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Plays that one pass reads, padding with them: some ten milliseconds, so that nobody waits long. */
const MOST_PLAYS = 2048;

/** Makes states of listeners who are asked for together in one pass, and lets others have their turn between two passes. */
export class StateMaker {
  readonly #models: LiveModel;
  #waiting: Wanted[] = [];

  constructor(models: LiveModel) {
    this.#models = models;
  }

  /** The state after a history; undefined where its model was put out of use meanwhile. */
  ask(model: ServedModel, history: PlayedHistory): Promise<UserState | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ model, history, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#next());
    });
  }

  #next(): void {
    const waiting = this.#waiting;
    const model = this.#models.current;
    let longest = 0;
    let end = 0;
    while (end < waiting.length) {
      longest = Math.max(longest, waiting[end].history.items.length);
      if (end > 0 && longest * (end + 1) > MOST_PLAYS) break;
      end++;
    }
    this.#waiting = waiting.slice(end);
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
    const asked = waiting.slice(0, end);
    for (const { resolve } of asked.filter((each) => each.model !== model)) resolve(undefined);
    const current = asked.filter((each) => each.model === model);
    try {
      const states = model.streaming.after(current.map(({ history }) => history));
      current.forEach(({ resolve }, n) => {
        resolve(states[n]);
      });
    } catch (error) {
      for (const { reject } of current) reject(error as Error);
    }
  }
}
