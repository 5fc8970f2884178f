import { join } from "node:path";
import { ForgottenUsers } from "./forgotten.js";
import { Journal, type JournalPlay } from "./journal.js";
import type { KeptState, PlayStore, StoredPlay } from "./play-store.js";

/** Plays in memory, and in an append log from which they are read when the server starts. States are made from the plays. */
export class MemoryStore implements PlayStore {
  readonly name = "memory";
  readonly description: string;
  readonly #journal: Journal;
  readonly #forgotten: ForgottenUsers;
  readonly #plays = new Map<string, StoredPlay[]>();
  /** One text for each item, however often it is played. */
  readonly #items = new Map<string, string>();

  private constructor(journal: Journal, plays: readonly JournalPlay[], forgotten: ForgottenUsers) {
    this.#journal = journal;
    this.#forgotten = forgotten;
    this.description = `memory, with the append log ${journal.path} (fsync before each answer)`;
    for (const { user, ...play } of plays) this.#add(user, play);
  }

  /** @param folder of the log @throws {RefrainError} STATE_DAMAGED, FILE_WRITE_FAILED */
  static async open(folder: string): Promise<MemoryStore> {
    const { journal, plays } = await Journal.open(join(folder, "plays.jsonl"));
    return new MemoryStore(journal, plays, new ForgottenUsers(folder));
  }

  async append(user: string, play: StoredPlay): Promise<number> {
    await this.#journal.append({ user, ...play });
    return this.#add(user, play);
  }

  async playsOf(user: string): Promise<readonly StoredPlay[]> {
    return this.#plays.get(user) ?? [];
  }

  async keptState(): Promise<KeptState | undefined> {
    return undefined;
  }

  async keepState(): Promise<void> {}

  async forget(user: string): Promise<number> {
    this.#forgotten.add(user);
    this.#plays.delete(user);
    const removed = await this.#journal.remove((play) => play.user === user);
    this.#plays.delete(user);
    return removed;
  }

  isForgotten(user: string): boolean {
    return this.#forgotten.has(user);
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  #add(user: string, { item, time }: StoredPlay): number {
    const name = this.#items.get(item) ?? item;
    this.#items.set(item, name);
    const plays = this.#plays.get(user);
    if (!plays) this.#plays.set(user, [{ item: name, time }]);
    else plays.push({ item: name, time });
    return plays ? plays.length : 1;
  }
}
