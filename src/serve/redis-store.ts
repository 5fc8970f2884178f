import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { RefrainError } from "../core/errors.js";
import { sha256 } from "../core/files.js";
import type { KeptState, PlayStore, StoredPlay } from "./play-store.js";

const PREFIX = "refrain:";
const playsOf = (user: string) => `${PREFIX}plays:${user}`;
const stateOf = (user: string) => `${PREFIX}state:${user}`;
const FORGOTTEN = `${PREFIX}forgotten`;
const SALT = `${PREFIX}salt`;

/** Plays and states in Redis: a list and a hash for each user. */
export class RedisStore implements PlayStore {
  readonly name = "redis";
  readonly description: string;
  readonly #redis: Redis;
  readonly #salt: string;

  private constructor(redis: Redis, salt: string, description: string) {
    this.#redis = redis;
    this.#salt = salt;
    this.description = description;
  }

  /**
   * Connects to a Redis that has each play on its disk before it answers (`appendonly yes`, `appendfsync always`).
   *
   * @param acceptLoss true takes any other as well: what was acknowledged may then be lost when it crashes
   * @throws {RefrainError} STORE_UNAVAILABLE
   */
  static async open(url: string, acceptLoss: boolean): Promise<RedisStore> {
    const redis = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      // A command whose answer got lost is not sent again by itself: it may have been done.
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 5000,
    });
    let last: Error | undefined;
    redis.on("error", (error) => {
      last = error; // every command that fails says so itself, but not why there is no connection
    });
    const { host, port } = redis.options;
    try {
      await redis.connect();
      await redis.ping(); // refused where a password is missing
      const isDurable = await writesEachCommand(redis);
      if (!isDurable && !acceptLoss)
        throw new Error("it does not write each command to its disk (appendonly yes, appendfsync always)");
      await redis.setnx(SALT, randomBytes(16).toString("hex"));
      const salt = (await redis.get(SALT)) as string;
      const how = isDurable ? "which writes each play before it answers" : "which may lose plays when it crashes";
      return new RedisStore(redis, salt, `Redis at ${host}:${port}, ${how}`);
    } catch (cause) {
      redis.disconnect();
      const reason = last && (cause as Error).message.startsWith("Connection is closed") ? last : (cause as Error);
      const words = `Redis at ${host}:${port} cannot be used: ${reason.message.replace(/\.$/, "")}.`;
      throw new RefrainError("STORE_UNAVAILABLE", words, {}, { cause });
    }
  }

  append(user: string, { item, time }: StoredPlay): Promise<number> {
    return this.#ask((redis) => redis.rpush(playsOf(user), JSON.stringify([item, time])));
  }

  async playsOf(user: string): Promise<readonly StoredPlay[]> {
    const texts = await this.#ask((redis) => redis.lrange(playsOf(user), 0, -1));
    return texts.map((text) => {
      const [item, time] = JSON.parse(text) as [string, number];
      return { item, time };
    });
  }

  async keptState(user: string): Promise<KeptState | undefined> {
    const { fingerprint, plays, bytes } = await this.#ask((redis) => redis.hgetallBuffer(stateOf(user)));
    if (!fingerprint || !plays || !bytes) return undefined;
    return { fingerprint: fingerprint.toString(), plays: Number(plays), bytes };
  }

  async keepState(user: string, { fingerprint, plays, bytes }: KeptState): Promise<void> {
    await this.#ask((redis) => redis.hset(stateOf(user), { fingerprint, plays, bytes: Buffer.from(bytes) }));
  }

  async forget(user: string): Promise<number> {
    const plays = await this.#ask((redis) => redis.llen(playsOf(user)));
    await this.#ask((redis) =>
      redis.multi().sadd(FORGOTTEN, this.#hash(user)).del(playsOf(user), stateOf(user)).exec(),
    );
    return plays;
  }

  async isForgotten(user: string): Promise<boolean> {
    return (await this.#ask((redis) => redis.sismember(FORGOTTEN, this.#hash(user)))) === 1;
  }

  async close(): Promise<void> {
    await this.#redis.quit().catch(() => this.#redis.disconnect());
  }

  #hash(user: string): string {
    return sha256(`${this.#salt} ${user}`);
  }

  async #ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await command(this.#redis);
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

async function writesEachCommand(redis: Redis): Promise<boolean> {
  const value = async (name: string) => ((await redis.config("GET", name)) as string[])[1];
  try {
    return (await value("appendonly")) === "yes" && (await value("appendfsync")) === "always";
  } catch {
    return false; // it does not tell
  }
}

function unavailable(cause: unknown): RefrainError {
  return new RefrainError(
    "STORE_UNAVAILABLE",
    `Redis did not take it: ${(cause as Error).message.replace(/\.$/, "")}.`,
    {},
    { cause },
  );
}
