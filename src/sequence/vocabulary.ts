import { sha256 } from "../core/files.js";

/**
 * Ids and their indices 1…size; index 0 is kept for padding (items) or "never seen" (users). Built from the train part only.
 *
 * @example new Vocabulary(["a", "b"]).indexOf("b") // 2
 */
export class Vocabulary {
  /** Id of each index; `ids[0]` is the empty string and stands for no id. */
  readonly ids: readonly string[];
  /** Made when an id is first looked up, which much work never does. */
  #index?: Map<string, number>;

  constructor(ids: readonly string[]) {
    this.ids = ["", ...ids];
  }

  /** Number of ids, without index 0. */
  get size(): number {
    return this.ids.length - 1;
  }

  /** Index 1…size of an id, or 0 when it is unknown. */
  indexOf(id: string): number {
    if (!this.#index) {
      this.#index = new Map();
      for (let index = 1; index < this.ids.length; index++) this.#index.set(this.ids[index], index);
    }
    return this.#index.get(id) ?? 0;
  }

  /** Hash of the ids in order: two vocabularies are the same when it is. */
  hash(): string {
    return sha256(JSON.stringify(this.ids));
  }
}
