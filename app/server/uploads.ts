import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RefrainError } from "refrain";
import { EngineFailure, type StartEngine } from "./engine-process.js";

const MOST_BYTES = 2 * 2 ** 30;

/**
 * Writes a dropped file below `folder`. It has its name only once it is whole.
 *
 * @throws {RefrainError} FILE_EMPTY; FILE_TOO_LARGE above `mostBytes`; DISK_FULL
 */
export async function receive(
  body: ReadableStream | null,
  folder: string,
  name: string,
  mostBytes: number = MOST_BYTES,
): Promise<{ readonly path: string; readonly bytes: number }> {
  if (!body) throw new RefrainError("FILE_EMPTY", "The upload has no content.");
  const place = join(folder, randomBytes(6).toString("hex"));
  const path = join(place, safeName(name));
  await mkdir(place, { recursive: true });
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= mostBytes) done(null, chunk);
      else done(new RefrainError("FILE_TOO_LARGE", `${safeName(name)} has more than ${mostBytes} bytes.`));
    },
  });
  try {
    await pipeline(Readable.fromWeb(body as never), counted, createWriteStream(`${path}.part`, { flags: "wx" }));
    if (bytes === 0) throw new RefrainError("FILE_EMPTY", `${safeName(name)} has no content.`);
    await rename(`${path}.part`, path);
    return { path, bytes };
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    throw new RefrainError("DISK_FULL", `There is no space left for ${path}.`, { path }, { cause: error });
  }
}

/** A text about an uploaded file by the name that a person knows, without the folder where it lies here. */
export function byName(text: string, folder: string): string {
  return text
    .split(folder)
    .map((part, n) => (n === 0 ? part : part.replace(/^[/\\][0-9a-f]{12}[/\\]/, "")))
    .join("");
}

/** The same with every text in it as `byName` has it. */
export function inNames<T>(value: T, folder: string): T {
  if (typeof value === "string") return (value.includes(folder) ? byName(value, folder) : value) as T;
  if (Array.isArray(value)) return value.map((each) => inNames(each, folder)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inNames(inner, folder)])) as T;
}

/** Engine processes that call uploaded files by their names in all that they say. */
export function naming(start: StartEngine, folder: string): StartEngine {
  return (asChosen) => {
    const engine = start(asChosen);
    return {
      ask: async (method, params, onNote) => {
        const heard = onNote && ((note: unknown) => onNote(inNames(note, folder) as never));
        try {
          return inNames(await engine.ask(method, params, heard), folder);
        } catch (error) {
          throw error instanceof EngineFailure ? new EngineFailure(inNames(error.failure, folder)) : error;
        }
      },
      kill: () => engine.kill(),
      get alive() {
        return engine.alive;
      },
    };
  };
}

/** A file name that leads nowhere else, with its endings kept since they may tell the format. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const plain = last
    .replace(/[^\p{L}\p{N}._ -]/gu, "_")
    .replace(/^\.+/, "")
    .slice(-80);
  return plain || "log";
}
