import type { TopPlays, UserState } from "../model/index.js";
import type { LiveModel, ServedModel } from "./served-model.js";

interface Question {
  readonly model: ServedModel;
  readonly state: UserState;
  readonly k: number;
  readonly now: number;
  readonly resolve: (answer: TopPlays | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Rows that are scored at once: more would keep the others waiting and gain nothing. */
const MOST_ROWS = 64;

/** Scores the questions of requests that come together in one product, which costs less than one after another. */
export class Batcher {
  readonly #models: LiveModel;
  readonly #onBatch: (rows: number, seconds: number) => void;
  #waiting: Question[] = [];

  /** @param onBatch told after each batch */
  constructor(models: LiveModel, onBatch: (rows: number, seconds: number) => void = () => {}) {
    this.#models = models;
    this.#onBatch = onBatch;
  }

  /** The k best next plays after a state; undefined where its model was put out of use meanwhile. */
  ask(model: ServedModel, state: UserState, k: number, now: number): Promise<TopPlays | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ model, state, k, now, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const model = this.#models.current;
    // Lists of about one length go together: one long list must not make all of them long.
    const groups = new Map<number, Question[]>();
    for (const question of waiting) {
      if (question.model !== model) {
        question.resolve(undefined);
        continue;
      }
      const k = Math.min(model.saved.items.size, 2 ** Math.ceil(Math.log2(question.k)));
      const group = groups.get(k);
      if (group) group.push(question);
      else groups.set(k, [question]);
    }
    for (const [k, group] of groups)
      for (let at = 0; at < group.length; at += MOST_ROWS) this.#score(model, k, group.slice(at, at + MOST_ROWS));
  }

  #score(model: ServedModel, k: number, questions: readonly Question[]): void {
    const began = performance.now();
    try {
      const states = questions.map(({ state }) => state);
      const nows = questions.map(({ now }) => now);
      const lists = model.streaming.tops(states, k, nows);
      questions.forEach(({ resolve, k: wanted }, n) => {
        const { items, scores } = lists[n];
        resolve({ items: items.subarray(0, wanted), scores: scores.subarray(0, wanted) });
      });
    } catch (error) {
      for (const { reject } of questions) reject(error as Error);
    }
    this.#onBatch(questions.length, (performance.now() - began) / 1000);
  }
}
