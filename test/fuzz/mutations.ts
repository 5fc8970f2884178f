// Ways to damage a small file, each a function of a seeded stream. A table, so that a failure names what was done.
import { gzipSync } from "node:zlib";
import type { Random } from "../../src/core/random.js";

/** Changes the bytes of a file. The original stays as it is. */
export type Mutation = (bytes: Buffer, random: Random) => Buffer;

/** Tokens that break naive readers. */
const HOSTILE: readonly string[] = [
  "__proto__",
  "NaN",
  "1e999",
  "-0",
  "99999999999999999999999",
  '"',
  '""',
  "\\",
  "\0",
  "\uFEFF",
  "\uD800",
  "}{",
  "[[[[",
  "\t\t",
  ",,,",
  "\u2028",
  "null",
  "9999-99-99T99:99:99Z",
  "x".repeat(5000),
];

/** Byte order marks and encodings that a file may have been saved in. */
const ENCODINGS: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
  (text) => Buffer.from(text, "utf16le"),
  (text) => Buffer.from(text, "latin1"),
  (text) => Buffer.from(`\uFEFF${text}`),
];

const pick = <T>(values: readonly T[], random: Random): T => values[random.integer(values.length)];

/** A range of bytes, not empty where the file is not. */
function range(bytes: Buffer, random: Random): [number, number] {
  const from = random.integer(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.integer(64))];
}

/** Takes a text apart in lines, changes them and puts it together; bytes that are no UTF-8 stay, as latin1. */
const onLines =
  (change: (lines: string[], random: Random) => void): Mutation =>
  (bytes, random) => {
    const lines = bytes.toString("latin1").split("\n");
    change(lines, random);
    return Buffer.from(lines.join("\n"), "latin1");
  };

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "flip bytes": (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let n = random.integer(8); n >= 0 && copy.length > 0; n--)
      copy[random.integer(copy.length)] = random.integer(256);
    return copy;
  },
  truncate: (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1)),
  behead: (bytes, random) => bytes.subarray(random.integer(bytes.length + 1)),
  "cut out": (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  "repeat a piece": (bytes, random) => {
    const [from, to] = range(bytes, random);
    const piece = bytes.subarray(from, to);
    const pieces = Array.from({ length: 1 + random.integer(20) }, () => piece);
    return Buffer.concat([bytes.subarray(0, to), ...pieces, bytes.subarray(to)]);
  },
  "twice behind each other": (bytes) => Buffer.concat([bytes, bytes]),
  "insert a token": (bytes, random) => {
    const at = random.integer(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(HOSTILE, random)), bytes.subarray(at)]);
  },
  "swap lines": onLines((lines, random) => {
    const [a, b] = [random.integer(lines.length), random.integer(lines.length)];
    [lines[a], lines[b]] = [lines[b], lines[a]];
  }),
  "double a line": onLines((lines, random) => {
    const at = random.integer(lines.length);
    lines.splice(at, 0, lines[at]);
  }),
  "drop a line": onLines((lines, random) => lines.splice(random.integer(lines.length), 1)),
  "empty lines": onLines((lines, random) => lines.splice(random.integer(lines.length), 0, "", " ", "\r")),
  "other line ends": (bytes, random) =>
    Buffer.from(bytes.toString("latin1").replaceAll("\n", pick(["\r\n", "\r", "\n\r", "\n\n"], random)), "latin1"),
  "other separator": (bytes, random) => {
    const [from, to] = [pick([",", "\t", "::", " ", ";", ":", '"'], random), pick([",", "\t", ";", "|", ""], random)];
    return Buffer.from(bytes.toString("latin1").replaceAll(from, to), "latin1");
  },
  "other encoding": (bytes, random) => pick(ENCODINGS, random)(bytes.toString("utf8")),
  "change a number": (bytes, random) => {
    const text = bytes.toString("latin1");
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return bytes;
    const { 0: old, index } = pick(numbers, random);
    const token = pick(["-1", "0", "1e400", "9".repeat(400), "NaN", "", old + old, "0x10", "1.5"], random);
    return Buffer.from(text.slice(0, index) + token + text.slice(index + old.length), "latin1");
  },
};

/** Gzipped, and then damaged in three of four cases. */
export function damagedGzip(bytes: Buffer, random: Random): Buffer {
  const packed = gzipSync(bytes);
  const damage = random.integer(4);
  if (damage === 0) return packed;
  if (damage === 1) return packed.subarray(0, random.integer(packed.length + 1));
  if (damage === 2) return MUTATIONS["flip bytes"](packed, random);
  return Buffer.concat([packed, pick([packed, bytes, Buffer.alloc(9)], random)]);
}
