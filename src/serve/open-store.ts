import { MemoryStore } from "./memory-store.js";
import type { PlayStore, StoreName } from "./play-store.js";

export interface OpenStoreOptions {
  readonly store: StoreName;
  /** Folder of the state. */
  readonly folder: string;
  readonly redis?: string;
  readonly acceptLoss?: boolean;
}

/** Opens the place where plays are kept; its packages are loaded only where they are used. @throws {RefrainError} as the stores */
export async function openStore({ store, folder, redis, acceptLoss = false }: OpenStoreOptions): Promise<PlayStore> {
  if (store === "redis") {
    const { RedisStore } = await import("./redis-store.js");
    return RedisStore.open(redis ?? "redis://127.0.0.1:6379", acceptLoss);
  }
  if (store === "sqlite") {
    const { SqliteStore } = await import("./sqlite-store.js");
    return SqliteStore.open(folder);
  }
  return MemoryStore.open(folder);
}
