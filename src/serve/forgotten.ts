import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256, writeFileAtomic } from "../core/files.js";

interface Saved {
  readonly salt: string;
  readonly users: readonly string[];
}

/**
 * The users that were forgotten, as salted hashes in `forgotten.json`: whoever reads the file learns no name from it. A model
 * that was trained before still knows their plays, and must not use them.
 */
export class ForgottenUsers {
  readonly #path: string;
  readonly #salt: string;
  readonly #users: Set<string>;

  constructor(folder: string) {
    this.#path = join(folder, "forgotten.json");
    const saved = existsSync(this.#path) ? (JSON.parse(readFileSync(this.#path, "utf8")) as Saved) : undefined;
    this.#salt = saved?.salt ?? randomBytes(16).toString("hex");
    this.#users = new Set(saved?.users);
  }

  has(user: string): boolean {
    return this.#users.size > 0 && this.#users.has(this.#hash(user));
  }

  /** @throws {RefrainError} FILE_WRITE_FAILED */
  add(user: string): void {
    this.#users.add(this.#hash(user));
    writeFileAtomic(this.#path, `${JSON.stringify({ salt: this.#salt, users: [...this.#users] } satisfies Saved)}\n`);
  }

  #hash(user: string): string {
    return sha256(`${this.#salt} ${user}`);
  }
}
