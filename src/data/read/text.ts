import { TextDecoder } from "node:util";
import { RefrainError } from "../../core/errors.js";
import { type ByteSource, fileSource } from "./bytes.js";
import { guessEncoding, sampleOther } from "./encoding.js";
import { MEMORY_LIMITS } from "./types.js";
import { Utf8OrOther } from "./utf8.js";

const HEAD_BYTES = 1 << 16;
const LONGEST_LINE = 1 << 20;

export interface TextOptions {
  /** Label for TextDecoder, such as "utf-16le", "shift_jis", "euc-kr", "gb18030"; found by itself when left out. */
  readonly encoding?: string;
  /** Bytes after decompression that are read at most; guards against a gzip bomb. Default: that of `MEMORY_LIMITS`. */
  readonly maxBytes?: number;
}

/** Told which encoding is used, and from how many letters beyond ASCII it was concluded where that is not certain. */
export type OnEncoding = (encoding: string, letters?: number) => void;

/**
 * Text in pieces, of a plain or gzipped source, in any of the encodings.
 *
 * @param onEncoding told again where later bytes turn out not to be UTF-8
 * @throws {RefrainError} FILE_NOT_FOUND, FILE_UNREADABLE, FILE_EMPTY, FILE_BINARY, FILE_TRUNCATED, FILE_DAMAGED,
 *         FILE_TOO_LARGE, ARGUMENT_INVALID for an unknown encoding
 */
export async function* readText(
  source: ByteSource,
  options: TextOptions,
  onEncoding: OnEncoding,
): AsyncGenerator<string> {
  const path = source.name;
  const maxBytes = options.maxBytes ?? MEMORY_LIMITS.maxBytes;
  let decoder: { decode(bytes?: Uint8Array, options?: { stream: boolean }): string | Promise<string> } | undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  let bytes = 0;
  const other = async () => {
    // One accented letter may stand far behind: the whole stream is looked through for more before anything is said.
    const sample = await sampleOther(source.open());
    const encoding = guessEncoding(sample);
    onEncoding(
      encoding,
      sample.reduce((n, byte) => n + (byte >= 0x80 ? 1 : 0), 0),
    );
    return encoding;
  };
  const start = (whole: Buffer) => {
    const encoding = options.encoding ?? detectEncoding(whole, path);
    onEncoding(encoding);
    decoder = encoding === "utf-8" && !options.encoding ? new Utf8OrOther(other) : decoderFor(encoding);
    return decoder.decode(whole, { stream: true });
  };
  for await (const chunk of source.open()) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${maxBytes} bytes.`, { path });
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) continue;
      yield await start(head);
      head = undefined;
    } else yield await decoder!.decode(chunk, { stream: true });
  }
  if (bytes === 0) throw new RefrainError("FILE_EMPTY", `${path} is empty.`, { path });
  if (head) yield await start(head);
  yield await decoder!.decode();
}

/**
 * The lines of a text, with \n, \r\n or \r line ends mixed as they come.
 *
 * @throws {RefrainError} FILE_TOO_WIDE, and as `readText`
 */
export async function* readLines(
  path: string | ByteSource,
  options: TextOptions,
  onEncoding: OnEncoding,
): AsyncGenerator<string> {
  const source = typeof path === "string" ? fileSource(path) : path;
  let rest = "";
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
      throw new RefrainError("FILE_TOO_WIDE", `${source.name} has a line of more than ${LONGEST_LINE} characters.`, {
        path: source.name,
      });
  }
  for await (const text of readText(source, options, onEncoding)) yield* cut(text);
  if (rest.endsWith("\r")) rest = rest.slice(0, -1);
  if (rest !== "") yield rest;
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
