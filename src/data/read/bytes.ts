import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { RefrainError } from "../../core/errors.js";

const CHUNK = 1 << 18;

/** Bytes that can be opened again and again: a file, or a member of a zip. Gzip is undone. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Path, where random access is possible. */
  readonly file?: string;
  open(): AsyncIterable<Buffer>;
}

/**
 * A file as bytes.
 *
 * @throws {RefrainError} FILE_NOT_FOUND, FILE_UNREADABLE, FILE_EMPTY when it is made; FILE_TRUNCATED, FILE_DAMAGED,
 *         FILE_UNREADABLE while it is read
 */
export function fileSource(path: string): ByteSource {
  if (statOf(path).size === 0) throw new RefrainError("FILE_EMPTY", `${path} is empty.`, { path });
  return {
    name: path,
    file: path,
    open: () => unzipped(path, () => createReadStream(path, { highWaterMark: CHUNK })),
  };
}

/** Size of a regular file, or that it is a folder. */
export function statOf(path: string, folders = false): { readonly size: number; readonly folder: boolean } {
  try {
    const stat = statSync(path);
    if (!stat.isFile() && !(folders && stat.isDirectory()))
      throw new RefrainError("FILE_UNREADABLE", `${path} is ${stat.isDirectory() ? "a folder" : "no file"}.`, { path });
    return { size: stat.size, folder: stat.isDirectory() };
  } catch (cause) {
    if (cause instanceof RefrainError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new RefrainError("FILE_NOT_FOUND", `${path} does not exist.`, { path }, { cause });
    throw new RefrainError("FILE_UNREADABLE", `${path} cannot be read: ${message}.`, { path }, { cause });
  }
}

/** The bytes of a stream, gunzipped where they begin like gzip. The stream is closed when the reader leaves early. */
export async function* unzipped(name: string, open: () => Readable | Promise<Readable>): AsyncGenerator<Buffer> {
  let raw: Readable | undefined;
  let outer: Readable | undefined;
  try {
    raw = await open();
    const chunks = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let head: Buffer = Buffer.alloc(0);
    while (head.length < 2) {
      const next = await chunks.next();
      if (next.done) break;
      head = Buffer.concat([head, next.value]);
    }
    const all = async function* () {
      if (head.length > 0) yield head;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    };
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      yield* all();
      return;
    }
    const plain = createGunzip({ chunkSize: CHUNK });
    outer = Readable.from(all());
    outer.on("error", (error) => plain.destroy(error)).pipe(plain);
    for await (const chunk of plain) yield chunk as Buffer;
  } catch (cause) {
    throw readError(name, cause);
  } finally {
    outer?.destroy();
    raw?.destroy();
  }
}

/** The coded form of what went wrong while bytes were read. */
function readError(path: string, cause: unknown): RefrainError {
  if (cause instanceof RefrainError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR")
    return new RefrainError("FILE_TRUNCATED", `${path} ends inside its compressed stream.`, { path }, { cause });
  // Errors without a code come from the reader of zip files.
  if (code === undefined || code.startsWith("Z_"))
    return new RefrainError("FILE_DAMAGED", `${path} is not intact: ${message}.`, { path }, { cause });
  return new RefrainError("FILE_UNREADABLE", `${path} cannot be read: ${message}.`, { path }, { cause });
}

/** The first bytes of a source, at most `count`. */
export async function headOf(source: ByteSource, count: number): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of source.open()) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= count) break;
  }
  return head.subarray(0, count);
}
