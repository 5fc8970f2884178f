import { readFileSync } from "node:fs";
import { RefrainError } from "../core/errors.js";

/** What a file of JSON holds. @throws {RefrainError} FILE_NOT_FOUND; CONFIG_INVALID where it is no JSON or cannot be read */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT")
      throw new RefrainError("FILE_NOT_FOUND", `${path} does not exist.`, { path }, { cause });
    throw new RefrainError("CONFIG_INVALID", `${path}: ${(cause as Error).message}.`, { path }, { cause });
  }
}
