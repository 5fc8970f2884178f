import type { AppEvent } from "./contract.js";

export interface Numbered {
  readonly id: string;
  readonly event: AppEvent;
}

const KEPT = 2000;

/** The events of all jobs and of the list of runs in one numbered stream, the last ones kept so that a reader can go on where it stopped. */
export class Hub {
  /** Tells this start of the server from others: ids of an earlier one mean nothing here. */
  readonly #start: string;
  readonly #kept: Numbered[] = [];
  readonly #readers = new Set<(item: Numbered) => void>();
  #last = 0;

  constructor(start: string) {
    this.#start = start;
  }

  get lastId(): string {
    return `${this.#start}-${this.#last}`;
  }

  publish(event: AppEvent): void {
    this.#last++;
    const item = { id: this.lastId, event };
    this.#kept.push(item);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const reader of this.#readers) reader(item);
  }

  /**
   * Everything behind an id, or undefined where that is not known any more: the reader must then ask for the whole state.
   */
  after(id: string): readonly Numbered[] | undefined {
    const cut = id.lastIndexOf("-");
    const number = Number(id.slice(cut + 1));
    const oldest = this.#last - this.#kept.length;
    if (id.slice(0, cut) !== this.#start || !Number.isInteger(number) || number < oldest || number > this.#last)
      return undefined;
    return this.#kept.slice(number - oldest);
  }

  /** Calls `reader` for every event from now on; returns how to stop. */
  subscribe(reader: (item: Numbered) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}
