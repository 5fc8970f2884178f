import { RefrainError } from "../core/errors.js";
import { type ByteSource, fileSource, headOf, statOf } from "./read/bytes.js";
import { Collector } from "./read/collector.js";
import { type Contents, openFolder } from "./read/folder.js";
import { chooseMembers } from "./read/members.js";
import { openLog } from "./read/open.js";
import type { Opened } from "./read/reader.js";
import { type Detected, MEMORY_LIMITS, type Member, type RawLog, type ReadOptions } from "./read/types.js";
import { openZip } from "./read/zip.js";

export {
  type BadRow,
  type Detected,
  type Format,
  MEMORY_LIMITS,
  type Member,
  type RawLog,
  type ReadOptions,
} from "./read/types.js";

const MOST_SKIPPED = 100;
/** Below so many letters beyond ASCII the encoding may well be another one. */
const SURE_LETTERS = 24;

/**
 * Reads a log in any of the formats, and says which one it was: separated text, JSON lines, a JSON list, Parquet,
 * `user item item …` lines, plain or gzipped, or a zip file or folder of these. The layouts of services and data sets
 * are known (`src/data/read/layouts`); others are read by the names of their columns.
 *
 * A row that is broken is counted and sampled, never thrown and never lost silently. In one person's own export every row
 * is of the user "me".
 *
 * @throws {RefrainError} FILE_*, COLUMN_UNKNOWN, COLUMN_AMBIGUOUS
 */
export async function readLog(path: string, options: ReadOptions = {}): Promise<RawLog> {
  return readInto(new Collector(path, options), path, options);
}

/** As `readLog`, with a collector that may keep the rows elsewhere, or throw `ENOUGH` when it has all that it wants. */
export async function readInto(into: Collector, path: string, options: ReadOptions): Promise<RawLog> {
  const { folder } = statOf(path, true);
  if (folder) return readMembers(into, path, openFolder(path), options);
  const source = fileSource(path);
  const magic = (await headOf(source, 4)).toString("latin1");
  if (magic === "PK\x03\x04" || magic === "PK\x05\x06")
    return readMembers(into, path, await openZip(path, options), options);
  const opened = await openLog(source, options);
  const encodings = new Encodings();
  await readAll(opened, into, encodings);
  return rawLog(path, into, opened, encodings, options, {});
}

/** What a collector throws that wants no more rows. */
export const ENOUGH: unique symbol = Symbol("enough rows");

/** True where the rows came to their end. */
async function readAll(opened: Opened, into: Collector, encodings: Encodings): Promise<boolean> {
  try {
    await opened.read(into, encodings.tell);
    return true;
  } catch (cause) {
    if (cause !== ENOUGH) throw cause;
    return false;
  }
}

async function readMembers(into: Collector, path: string, contents: Contents, options: ReadOptions): Promise<RawLog> {
  try {
    // What a zip says of its members may be a lie: the bytes that really come are counted over all of them.
    const budget = { left: options.maxBytes ?? MEMORY_LIMITS.maxBytes, counting: false };
    const candidates = contents.candidates.map((one) => ({ ...one, source: limited(path, one.source, budget) }));
    const { chosen, skipped } = await chooseMembers(path, { ...contents, candidates }, options);
    budget.counting = true;
    const encodings = new Encodings();
    const members: Member[] = [];
    for (const { candidate, opened } of chosen) {
      const before = { rows: into.rows, bad: into.badCount, line: into.lastLine };
      const isWhole = await readAll(opened, into, encodings);
      members.push({
        name: candidate.name,
        rows: into.rows - before.rows,
        bad: into.badCount - before.bad,
        linesFrom: before.line,
      });
      if (!isWhole) break;
    }
    return rawLog(path, into, chosen[0].opened, encodings, options, {
      container: contents.container,
      members,
      skipped: skipped.slice(0, MOST_SKIPPED),
    });
  } finally {
    contents.close();
  }
}

function limited(path: string, source: ByteSource, budget: { left: number; readonly counting: boolean }): ByteSource {
  return {
    ...source,
    async *open() {
      for await (const chunk of source.open()) {
        if (budget.counting) budget.left -= chunk.length;
        if (budget.left < 0) throw new RefrainError("FILE_TOO_LARGE", `${path} unpacks to too many bytes.`, { path });
        yield chunk;
      }
    },
  };
}

/** The encodings of all members, each once, and how sure they are. */
class Encodings {
  readonly #last = new Map<number, { readonly encoding: string; readonly letters?: number }>();
  #member = 0;

  /** A text that begins as ASCII is told as UTF-8 first, and again when it turns out to be something else. */
  readonly tell = (encoding: string, letters?: number): void => {
    if (letters === undefined) this.#member++;
    this.#last.set(this.#member, { encoding, letters });
  };

  get names(): string {
    return [...new Set(Array.from(this.#last.values(), ({ encoding }) => encoding))].join(", ");
  }

  get notes(): string[] {
    return [...this.#last.values()]
      .filter(({ letters }) => letters !== undefined && letters < SURE_LETTERS)
      .slice(0, 1)
      .map(
        ({ encoding, letters }) =>
          `The encoding ${encoding} is concluded from ${letters} bytes only. If titles look wrong, name another one.`,
      );
  }
}

function rawLog(
  path: string,
  into: Collector,
  opened: Opened,
  encodings: Encodings,
  { timeUnit }: ReadOptions,
  more: Partial<Detected>,
): RawLog {
  if (into.rows === 0 && into.badCount === 0)
    throw new RefrainError("FILE_EMPTY", `${path} has a header and no rows.`, { path });
  const { meaning, format, separator, header } = opened;
  const layout = opened.layout ?? meaning.layout?.name;
  const notes = [...encodings.notes, ...(meaning.layout?.note ? [meaning.layout.note] : [])];
  if (meaning.singleUser)
    notes.push('One person\'s own log: its user is "me". `train` cuts it into sessions, since one user is no crowd.');
  return {
    path,
    columns: into.columns,
    lines: into.lines,
    badRows: { count: into.badCount, samples: into.samples },
    detected: {
      format,
      ...(layout ? { layout } : {}),
      encoding: encodings.names,
      ...(separator ? { separator } : {}),
      header,
      roles: Object.fromEntries([...meaning.columns].map(([role, at]) => [role, header[at]])),
      ...(meaning.singleUser ? { singleUser: true as const } : {}),
      ...(timeUnit ? { timeUnit } : {}),
      ...more,
      ...(notes.length > 0 ? { notes } : {}),
    },
  };
}
