import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RefrainError } from "../../core/errors.js";
import { type ByteSource, fileSource } from "./bytes.js";

const DEEPEST = 8;
export const MOST_MEMBERS = 10_000;

/** A file of a zip or folder, before anything of it was read. */
export interface Candidate {
  /** Path inside, with slashes. */
  readonly name: string;
  /** Bytes, as far as is known without reading. */
  readonly size: number;
  readonly source: ByteSource;
}

export interface Contents {
  readonly container: "zip" | "folder";
  readonly candidates: readonly Candidate[];
  readonly skipped: { readonly name: string; readonly reason: string }[];
  close(): void;
}

/**
 * The files below a folder, in the order of their names. Links are not followed, so nothing outside is read.
 *
 * @throws {RefrainError} FILE_UNREADABLE, FILE_TOO_LARGE for more than 10,000 files
 */
export function openFolder(path: string): Contents {
  const candidates: Candidate[] = [];
  const skipped: { name: string; reason: string }[] = [];
  let seen = 0;
  const walk = (inside: string, depth: number) => {
    for (const name of entriesOf(join(path, inside))) {
      const inner = inside === "" ? name : `${inside}/${name}`;
      if (++seen > MOST_MEMBERS)
        throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${MOST_MEMBERS} files.`, { path });
      const stat = lstatSync(join(path, inner), { throwIfNoEntry: false });
      const reason = unwanted(inner) ?? (stat?.isSymbolicLink() ? "a link" : undefined);
      if (reason) skipped.push({ name: inner, reason });
      else if (stat?.isDirectory() && depth < DEEPEST) walk(inner, depth + 1);
      else if (stat?.isDirectory()) skipped.push({ name: inner, reason: `below ${DEEPEST} folders` });
      else if (!stat?.isFile()) skipped.push({ name: inner, reason: "no file" });
      else if (stat.size === 0) skipped.push({ name: inner, reason: "empty" });
      else candidates.push({ name: inner, size: stat.size, source: lazily(join(path, inner)) });
    }
  };
  walk("", 1);
  return { container: "folder", candidates, skipped, close: () => {} };
}

/** A file that is looked at only when it is read. */
function lazily(path: string): ByteSource {
  return { name: path, file: path, open: () => fileSource(path).open() };
}

function entriesOf(path: string): string[] {
  try {
    return byNumber(readdirSync(path));
  } catch (cause) {
    throw new RefrainError(
      "FILE_UNREADABLE",
      `${path} cannot be listed: ${(cause as Error).message}.`,
      { path },
      { cause },
    );
  }
}

/** Names with their numbers by size: part 2 before part 10. */
export function byNumber(names: readonly string[]): string[] {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return [...names].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
}

const ENDINGS = /\.(csv|tsv|txt|text|tab|dat|data|json|jsonl|ndjson|inter|base|test|listens|log|parquet|pq)(\.gz)?$/i;

/** Why a file is not looked into, by its name alone. */
export function unwanted(name: string): string | undefined {
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (name.startsWith("__MACOSX/") || last.startsWith(".")) return "hidden";
  return !last.includes(".") || ENDINGS.test(last) ? undefined : "its name does not end like that of a log";
}
