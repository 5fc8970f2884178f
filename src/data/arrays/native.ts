// The scanner's loop over plain lines, compiled by the set-up from native/*.cc where there is a compiler. Without it the same loop
// in TypeScript does all of the work, more slowly.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** What the compiled loop reads and writes, in the order of its list. */
export interface NativeArrays {
  readonly bytes: Uint8Array;
  /** Separator, width, units of time in a second (0 for text), then the columns as `LineFormat` has them. */
  readonly format: Int32Array;
  /** Where the next line begins, its number in the columns, and how many names of users and items there are. */
  readonly state: Int32Array;
  /** Kinds, users, items, starts, times, durations, ratings. */
  readonly columns: readonly (Uint8Array | Int32Array | Float64Array)[];
  /** Users, items, titles: the arrays of `TextCodes` each. */
  readonly codes: readonly (Uint8Array | Int32Array)[];
}

/** Reads lines until the block or the columns end, or a table is full; the caller reads those that it set aside. */
export type ScanLines = (arrays: NativeArrays) => void;

/** Looks the strings of one table up in another, or puts them there, until that must grow; see `absorb` of lines.cc. */
export type Absorb = (arrays: readonly (Int32Array | Uint8Array)[]) => void;

interface NativeScanner {
  readonly scanLines: ScanLines;
  readonly absorb: Absorb;
  /** Asks the system for pages of 2 MB under an array that nobody has written to yet, where it has such pages. */
  readonly useLargePages: (bytes: Uint8Array) => void;
  /** Gives the system the memory that nobody uses any more, which the C library keeps. */
  readonly giveBackMemory: () => void;
}

/** The same places from `src` and from `dist`. */
const PLACE = fileURLToPath(new URL("../../../node_modules/.refrain/scanner", import.meta.url));
const SOURCES = fileURLToPath(new URL("../../../src/data/arrays/native/", import.meta.url));

let known: NativeScanner | null | undefined;

/** What is compiled; null where it is not from these sources for this machine, or `REFRAIN_KERNELS` is off. */
export function nativeScanner(): NativeScanner | null {
  if (known === undefined) known = process.env.REFRAIN_KERNELS === "off" ? null : load();
  return known;
}

function load(): NativeScanner | null {
  if (!existsSync(`${PLACE}.node`)) return null;
  try {
    const { signature } = JSON.parse(readFileSync(`${PLACE}.json`, "utf8")) as { signature: string };
    if (signature !== signatureHere()) return null;
    const { scanLines, ...others } = createRequire(import.meta.url)(`${PLACE}.node`) as {
      scanLines: (list: readonly unknown[]) => void;
    } & Omit<NativeScanner, "scanLines">;
    return {
      scanLines: ({ bytes, format, state, columns, codes }) => scanLines([bytes, format, state, ...columns, ...codes]),
      ...others,
    };
  } catch {
    return null; // another C library, for one
  }
}

/** Sources and machine. The set-up writes the same. */
function signatureHere(): string {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} `);
  for (const name of readdirSync(SOURCES).sort()) hash.update(readFileSync(`${SOURCES}${name}`));
  return hash.digest("hex");
}
