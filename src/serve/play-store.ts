/** A play as a server takes it in. */
export interface StoredPlay {
  readonly item: string;
  /** When it was heard, in seconds since 1970. */
  readonly time: number;
}

/** A state that a store keeps so that it need not be made again. */
export interface KeptState {
  /** Of the model that made it. */
  readonly fingerprint: string;
  /** Stored plays that are in it. */
  readonly plays: number;
  readonly bytes: Uint8Array;
}

/** Names of the kinds of stores. */
export const STORES = ["memory", "sqlite", "redis"] as const;
export type StoreName = (typeof STORES)[number];

/**
 * Where the plays of listeners are kept. Plays are what counts: a state can always be made from them again.
 *
 * Contract, kept by one test suite for all stores: what `append` has answered is there after `kill -9`; plays of a user come
 * back in the order in which `append` was called; what `forget` has removed never comes back.
 */
export interface PlayStore {
  readonly name: StoreName;
  /** One line for a person: where plays are kept, and what makes them last. */
  readonly description: string;
  /**
   * Keeps one play, and answers how many the user has when it would survive a crash.
   *
   * @throws {RefrainError} STORE_UNAVAILABLE: then the play is not kept
   */
  append(user: string, play: StoredPlay): Promise<number>;
  /** All plays of a user, in the order of `append`. */
  playsOf(user: string): Promise<readonly StoredPlay[]>;
  /** The state that was kept last. */
  keptState(user: string): Promise<KeptState | undefined>;
  /** Keeps a state. May be lost: it is only there to save work. Does nothing in a store that keeps none. */
  keepState(user: string, state: KeptState): Promise<void>;
  /** Removes a user's plays and state for good, marks the user as forgotten, and says how many plays there were. */
  forget(user: string): Promise<number>;
  /** True where a user was forgotten, so that the plays that a model knows of that user are not used any more. */
  isForgotten(user: string): boolean | Promise<boolean>;
  /** Waits for what is being written. */
  close(): Promise<void>;
}
