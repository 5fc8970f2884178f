import { createReadStream, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { RefrainError } from "../../core/errors.js";
import { Utf8OrOther } from "./utf8.js";

const HEAD_BYTES = 1 << 16;
const LONGEST_LINE = 1 << 20;

export interface TextOptions {
  /** Label for TextDecoder, such as "utf-16le", "shift_jis", "euc-kr", "gb18030"; found by itself when left out. */
  readonly encoding?: string;
  /** Bytes after decompression that are read at most; guards against a gzip bomb. Default 4 GiB. */
  readonly maxBytes?: number;
}

/**
 * The lines of a text file, plain or gzipped, in any of the encodings, with \n, \r\n or \r line ends mixed as they come.
 *
 * @param onEncoding told which encoding is used; told again where later bytes turn out not to be UTF-8
 * @throws {RefrainError} FILE_NOT_FOUND, FILE_UNREADABLE, FILE_EMPTY, FILE_BINARY, FILE_TRUNCATED, FILE_DAMAGED,
 *         FILE_TOO_WIDE, FILE_TOO_LARGE, ARGUMENT_INVALID for an unknown encoding
 */
export async function* readLines(
  path: string,
  options: TextOptions,
  onEncoding: (encoding: string) => void,
): AsyncGenerator<string> {
  const maxBytes = options.maxBytes ?? 4 * 2 ** 30;
  let decoder: { decode(bytes?: Uint8Array, options?: { stream: boolean }): string } | undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  let rest = "";
  let bytes = 0;
  const start = (whole: Buffer) => {
    const encoding = options.encoding ?? detectEncoding(whole, path);
    onEncoding(encoding);
    decoder = encoding === "utf-8" && !options.encoding ? new Utf8OrOther(onEncoding) : decoderFor(encoding);
    return decoder.decode(whole, { stream: true });
  };
  // Splits what is decoded so far; the last piece stays, since it may go on (and a last \r may be half of \r\n).
  function* cut(text: string): Generator<string> {
    rest += text;
    let from = 0;
    for (let at = 0; at < rest.length; at++) {
      const code = rest.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      if (code === 13 && at + 1 === rest.length) break;
      yield rest.slice(from, at);
      if (code === 13 && rest.charCodeAt(at + 1) === 10) at++;
      from = at + 1;
    }
    rest = rest.slice(from);
    if (rest.length > LONGEST_LINE)
      throw new RefrainError("FILE_TOO_WIDE", `${path} has a line of more than ${LONGEST_LINE} characters.`, { path });
  }
  for await (const chunk of openBytes(path)) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${maxBytes} bytes.`, { path });
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) continue;
      yield* cut(start(head));
      head = undefined;
    } else yield* cut(decoder!.decode(chunk, { stream: true }));
  }
  if (bytes === 0) throw new RefrainError("FILE_EMPTY", `${path} is empty.`, { path });
  yield* cut((head ? start(head) : "") + decoder!.decode());
  if (rest.endsWith("\r")) rest = rest.slice(0, -1);
  if (rest !== "") yield rest;
}

async function* openBytes(path: string): AsyncGenerator<Buffer> {
  let size: number;
  try {
    const stat = statSync(path);
    if (!stat.isFile())
      throw new RefrainError("FILE_UNREADABLE", `${path} is ${stat.isDirectory() ? "a folder" : "no file"}.`, { path });
    size = stat.size;
  } catch (cause) {
    if (cause instanceof RefrainError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new RefrainError("FILE_NOT_FOUND", `${path} does not exist.`, { path }, { cause });
    throw new RefrainError(
      "FILE_UNREADABLE",
      `${path} cannot be read: ${(cause as Error).message}.`,
      { path },
      { cause },
    );
  }
  if (size === 0) throw new RefrainError("FILE_EMPTY", `${path} is empty.`, { path });
  try {
    const magic: Buffer = await firstBytes(path);
    const raw = createReadStream(path, { highWaterMark: 1 << 18 });
    const gzip = magic[0] === 0x1f && magic[1] === 0x8b;
    const stream: Readable = gzip ? raw.on("error", (error) => stream.destroy(error)).pipe(createGunzip()) : raw;
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR")
      throw new RefrainError("FILE_TRUNCATED", `${path} ends inside its gzip stream.`, { path }, { cause });
    if (code?.startsWith("Z_"))
      throw new RefrainError("FILE_DAMAGED", `${path} is not an intact gzip file: ${message}.`, { path }, { cause });
    if (cause instanceof RefrainError) throw cause;
    throw new RefrainError("FILE_UNREADABLE", `${path} cannot be read: ${message}.`, { path }, { cause });
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  for await (const chunk of createReadStream(path, { end: 1 })) return chunk as Buffer;
  return Buffer.alloc(0);
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch (cause) {
    throw new RefrainError("ARGUMENT_INVALID", `encoding "${encoding}" is not known.`, { encoding }, { cause });
  }
}

/** Byte order mark, else the pattern of zero bytes, else UTF-8 to start with. */
function detectEncoding(head: Buffer, path: string): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const sample = head.subarray(0, 4096);
  const zeros = [0, 0];
  let control = 0;
  sample.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]++;
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) control++;
  });
  const half = sample.length / 2;
  if (zeros[1] > 0.3 * half && zeros[0] < 0.05 * half) return "utf-16le";
  if (zeros[0] > 0.3 * half && zeros[1] < 0.05 * half) return "utf-16be";
  if (zeros[0] + zeros[1] > 0.01 * sample.length || control > 0.05 * sample.length)
    throw new RefrainError("FILE_BINARY", `${path} holds binary data.`, { path });
  return "utf-8";
}
