import { checkInteger } from "../core/check.js";
import type { UserState } from "../model/index.js";
import type { Batcher } from "./batcher.js";
import type { PlayStore, StoredPlay } from "./play-store.js";
import { rebuilt, withPlay } from "./rebuild.js";
import type { LiveModel, ServedModel } from "./served-model.js";
import { stateFromBytes, stateToBytes } from "./state-bytes.js";
import { StateMaker } from "./state-maker.js";

/** A listener whose state is in memory. */
interface Listener {
  readonly model: ServedModel;
  state: UserState;
  /** Plays of the store that are in the state, or could not be because the model does not know the item. */
  applied: number;
  /** Of these, how many were in the state that the store keeps. */
  kept: number;
  /** The last plays, to know a repeated request by. */
  readonly last: StoredPlay[];
  /** Indices of all items heard; made when it is first asked for. */
  heard: Set<number> | undefined;
  /** The last list, which stays true until the next play, unless the model looks at when it is asked. */
  list: { readonly k: number; readonly seen: string; readonly answer: ListAnswer } | undefined;
}

/** What became of a play. */
export interface PlayAnswer {
  /** Plays of the user that the store has. */
  readonly plays: number;
  /** False where the model does not know the item: the play is kept, and counts for later models. */
  readonly known: boolean;
  /** True where the same item at the same time was there already, as when a request is sent again. */
  readonly repeated: boolean;
}

/** A list, best first. */
export interface ListAnswer {
  readonly model: ServedModel;
  readonly items: Int32Array;
  readonly scores: Float32Array;
}

export interface ListenersOptions {
  /** States that are kept in memory, the ones used last. Default 50,000. */
  readonly mostStates?: number;
  /** Told for each listener that is asked for: whether the state was in memory. */
  readonly onLookup?: (inMemory: boolean) => void;
}

const LAST_PLAYS = 16;
/** Plays after which a store that keeps states is given the new one. */
const KEEP_EVERY = 64;

/**
 * The listeners of a server: a play changes a state in constant time, and is durable before it is answered.
 *
 * States are in memory, the ones used last. One that is not is made from the store: from the state kept there where few plays
 * came since, or in one pass over the last plays, one to two training windows as the evaluation reads them.
 */
export class Listeners {
  readonly #models: LiveModel;
  readonly #store: PlayStore;
  readonly #batcher: Batcher;
  readonly #maker: StateMaker;
  readonly #mostStates: number;
  readonly #onLookup: (inMemory: boolean) => void;
  /** In the order of their last use. */
  readonly #states = new Map<string, Listener>();
  readonly #loading = new Map<string, Promise<Listener>>();
  /** Plays of one user are taken one after another. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(models: LiveModel, store: PlayStore, batcher: Batcher, options: ListenersOptions = {}) {
    const { mostStates = 50_000, onLookup = () => {} } = options;
    checkInteger("mostStates", mostStates, 1);
    this.#models = models;
    this.#store = store;
    this.#batcher = batcher;
    this.#maker = new StateMaker(models);
    this.#mostStates = mostStates;
    this.#onLookup = onLookup;
  }

  /** States in memory. */
  get size(): number {
    return this.#states.size;
  }

  /**
   * Takes in a play. When this answers, the play survives a crash.
   *
   * @param time in seconds since 1970
   * @throws {RefrainError} STORE_UNAVAILABLE: then the play is not taken in
   */
  play(user: string, item: string, time: number): Promise<PlayAnswer> {
    return this.#inTurn(user, async () => {
      const before = await this.#listener(user);
      const known = before.model.saved.items.indexOf(item) > 0;
      if (before.last.some((play) => play.item === item && play.time === time))
        return { plays: before.applied, known, repeated: true };
      const plays = await this.#append(user, { item, time });
      const listener = await this.#listener(user); // another model may be in place by now
      // A state that was made meanwhile holds the play already.
      if (listener.applied === plays - 1) {
        withPlayOf(listener, { item, time });
        this.#states.set(user, listener);
        this.#dropOldest();
        if (listener.applied - listener.kept >= KEEP_EVERY) await this.#keep(user, listener);
      }
      return { plays, known: listener.model.saved.items.indexOf(item) > 0, repeated: false };
    });
  }

  /**
   * The likeliest next plays.
   *
   * @param k    integer >= 1
   * @param seen "remove" leaves out what was heard before
   */
  async list(user: string, k: number, seen: "keep" | "remove", now: number): Promise<ListAnswer> {
    for (;;) {
      const listener = await this.#listener(user);
      const { model, state } = listener;
      if (model !== this.#models.current) continue;
      const { list } = listener;
      if (list?.k === k && list.seen === seen) return list.answer;
      const heard = seen === "remove" ? await this.#heard(user, listener) : undefined;
      const wanted = Math.min(model.saved.items.size, k + (heard?.size ?? 0));
      const top = await this.#batcher.ask(model, state, wanted, now);
      if (!top) continue; // another model has been put in place: its own state is asked
      const rows = Array.from(top.items.keys()).filter((row) => !heard?.has(top.items[row]));
      const items = Int32Array.from(rows.slice(0, k), (row) => top.items[row]);
      const scores = Float32Array.from(rows.slice(0, k), (row) => top.scores[row]);
      const answer = { model, items, scores };
      if (listener.state === state && !model.saved.model.config.moment) listener.list = { k, seen, answer };
      return answer;
    }
  }

  /** Removes a user's plays and states for good, and says how many plays there were. */
  forget(user: string): Promise<number> {
    return this.#inTurn(user, async () => {
      const removed = await this.#store.forget(user);
      await this.#loading.get(user)?.catch(() => {});
      this.#states.delete(user);
      return removed;
    });
  }

  /** Keeps all states in the store, where it keeps any. */
  async close(): Promise<void> {
    await Promise.all(this.#turns.values());
    for (const [user, listener] of this.#states)
      if (listener.applied > listener.kept) await this.#keep(user, listener).catch(() => {});
  }

  async #append(user: string, play: StoredPlay): Promise<number> {
    try {
      const plays = await this.#store.append(user, play);
      const known = this.#states.get(user);
      // The store has a play more than this server knows of: one whose answer got lost, or of another server.
      if (known && known.applied < plays - 1) this.#states.delete(user);
      return plays;
    } catch (error) {
      this.#states.delete(user); // a store beyond a network may have kept it after all
      throw error;
    }
  }

  #inTurn<T>(user: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(user) ?? Promise.resolve()).then(work);
    const over = turn
      .catch(() => {})
      .then(() => {
        if (this.#turns.get(user) === over) this.#turns.delete(user);
      });
    this.#turns.set(user, over);
    return turn;
  }

  async #listener(user: string): Promise<Listener> {
    for (;;) {
      const found = this.#states.get(user);
      const isUsable = found?.model === this.#models.current;
      this.#onLookup(isUsable);
      if (found && isUsable) {
        this.#states.delete(user);
        this.#states.set(user, found);
        return found;
      }
      let loading = this.#loading.get(user);
      if (!loading) {
        loading = this.#load(user).finally(() => this.#loading.delete(user));
        this.#loading.set(user, loading);
      }
      const listener = await loading;
      if (listener.model === this.#models.current) return listener;
    }
  }

  async #load(user: string): Promise<Listener> {
    for (;;) {
      const model = this.#models.current;
      const isForgotten = await this.#store.isForgotten(user);
      const kept = await this.#store.keptState(user);
      const plays = await this.#store.playsOf(user);
      if (model !== this.#models.current) continue;
      const usable = kept?.fingerprint === model.fingerprint && kept.plays <= plays.length ? kept : undefined;
      const state = usable && stateFromBytes(usable.bytes);
      const before = state && { state, plays: usable.plays };
      const made = await rebuilt(model, isForgotten ? "" : user, plays, this.#maker, before);
      if (!made || model !== this.#models.current) continue;
      const listener: Listener = {
        model,
        state: made.state,
        applied: plays.length,
        kept: state ? usable.plays : 0,
        last: plays.slice(-LAST_PLAYS),
        heard: undefined,
        list: undefined,
      };
      // Whoever asks for names at random fills no memory with them.
      if (!made.isNew) this.#states.set(user, listener);
      this.#dropOldest();
      return listener;
    }
  }

  async #heard(user: string, listener: Listener): Promise<ReadonlySet<number>> {
    if (listener.heard) return listener.heard;
    const { items, users, histories } = listener.model.saved;
    const isForgotten = await this.#store.isForgotten(user);
    const plays = await this.#store.playsOf(user);
    const own = isForgotten ? [] : histories[users.indexOf(user)];
    listener.heard = new Set([...own, ...plays.map(({ item }) => items.indexOf(item))]);
    listener.heard.delete(0);
    return listener.heard;
  }

  #dropOldest(): void {
    for (const [user, listener] of this.#states) {
      if (this.#states.size <= this.#mostStates) return;
      this.#states.delete(user);
      if (listener.applied > listener.kept) void this.#keep(user, listener).catch(() => {});
    }
  }

  async #keep(user: string, listener: Listener): Promise<void> {
    const { model, state, applied } = listener;
    listener.kept = applied;
    await this.#store
      .keepState(user, { fingerprint: model.fingerprint, plays: applied, bytes: stateToBytes(state) })
      .catch(() => {}); // only work that is done again later
  }
}

function withPlayOf(listener: Listener, play: StoredPlay): void {
  listener.state = withPlay(listener.model, listener.state, play);
  listener.applied++;
  listener.list = undefined;
  listener.last.push(play);
  if (listener.last.length > LAST_PLAYS) listener.last.shift();
  const item = listener.model.saved.items.indexOf(play.item);
  if (item > 0) listener.heard?.add(item);
}
