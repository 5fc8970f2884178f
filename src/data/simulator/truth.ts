import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { RefrainError } from "../../core/errors.js";
import { KINDS } from "./dirt.js";
import { MOVES } from "./distribution.js";
import type { Play } from "./listen.js";
import type { Oracle } from "./oracle.js";
import { MOODS } from "./parameters.js";

/**
 * What each line of plays.csv is. Index = line, 1-based; line 1 is the header and index 0 is unused.
 *
 * @shape [L + 1]
 */
export interface Truth {
  /** Index into `KINDS`; 255 for the header. */
  readonly kind: Uint8Array;
  /** Number of the session within the listener, from 1; 0 for bots. */
  readonly session: Int32Array;
  /** Index into `MOODS`; 255 where the line is no clean play. */
  readonly mood: Uint8Array;
  /** Index into `MOVES`; 255 where the line is no clean play. */
  readonly move: Uint8Array;
  /** Who knows the whole generating state, the hidden mood too: no scorer can be better on average. */
  readonly oracle: Oracle;
  /** Who knows the listener's taste and the rules, and of the mood only what the plays tell: the bound for a reader of the log. */
  readonly observer: Oracle;
}

const NONE = 255;
const STANDINGS = ["rank", "hr10", "ndcg10"] as const;
const COLUMNS: readonly string[] = [
  "line",
  "kind",
  "session",
  "mood",
  "move",
  ...STANDINGS.map((name) => `oracle_${name}`),
  ...STANDINGS.map((name) => `observer_${name}`),
];

/** Collects the truth line by line while the log is written. */
export interface TruthMaker {
  /** The next line of the log. `clean`: it still tells what was played, so it has an oracle. */
  readonly add: (kind: number, play: Play | undefined, clean: boolean) => void;
  readonly done: () => Truth;
}

/** @param capacity lines at most, without the header */
export function makeTruth(capacity: number): TruthMaker {
  const full = empty(capacity + 2);
  let line = 1;
  return {
    add(kind, play, clean) {
      line++;
      full.kind[line] = kind;
      if (play) full.session[line] = play.session;
      if (!play || !clean) return;
      full.mood[line] = play.mood;
      full.move[line] = play.move;
      for (const who of ["oracle", "observer"] as const)
        for (const name of STANDINGS) full[who][name][line] = play[who][name];
    },
    done: () => sliced(full, line + 1),
  };
}

/** truth.csv as text: chances with six digits. */
export function truthText(truth: Truth): string {
  const lines = [COLUMNS.join(",")];
  for (let line = 2; line < truth.kind.length; line++) {
    const start = `${line},${KINDS[truth.kind[line]]},${truth.session[line]}`;
    if (truth.mood[line] === NONE) lines.push(`${start},,,,,,,,`);
    else
      lines.push(
        `${start},${MOODS[truth.mood[line]]},${MOVES[truth.move[line]]},${standingText(truth.oracle, line)},${standingText(truth.observer, line)}`,
      );
  }
  lines.push("");
  return lines.join("\n");
}

function standingText({ rank, hr10, ndcg10 }: Oracle, line: number): string {
  return `${rank[line]},${hr10[line].toFixed(6)},${ndcg10[line].toFixed(6)}`;
}

/** The inverse of `truthText`. @throws {RefrainError} COLUMN_UNKNOWN when the header is another */
export function parseTruth(text: string): Truth {
  const lines = text.split("\n");
  if (lines[0] !== COLUMNS.join(","))
    throw new RefrainError("COLUMN_UNKNOWN", `The header of truth.csv must be ${COLUMNS.join(",")}.`);
  const truth = empty(lines.length);
  for (let at = 1; at < lines.length - 1; at++) {
    const fields = lines[at].split(",");
    const line = at + 1;
    truth.kind[line] = (KINDS as readonly string[]).indexOf(fields[1]);
    truth.session[line] = Number(fields[2]);
    if (fields[3] === "") continue;
    truth.mood[line] = (MOODS as readonly string[]).indexOf(fields[3]);
    truth.move[line] = (MOVES as readonly string[]).indexOf(fields[4]);
    STANDINGS.forEach((name, k) => {
      truth.oracle[name][line] = Number(fields[5 + k]);
      truth.observer[name][line] = Number(fields[8 + k]);
    });
  }
  return truth;
}

/**
 * Reads truth.csv.gz of a data set that was generated.
 *
 * @throws {RefrainError} FILE_NOT_FOUND; FILE_TRUNCATED when it is no whole gzip file; COLUMN_UNKNOWN
 */
export async function readTruth(folder: string): Promise<Truth> {
  const path = join(folder, "truth.csv.gz");
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new RefrainError("FILE_NOT_FOUND", `${path} could not be read.`, { path }, { cause });
  }
  let text: string;
  try {
    text = gunzipSync(bytes).toString("utf8");
  } catch (cause) {
    throw new RefrainError("FILE_TRUNCATED", `${path} is not a whole gzip file.`, { path }, { cause });
  }
  return parseTruth(text);
}

/**
 * The oracle of a generated data set, for `oracleOn`.
 *
 * @param knows "state": the hidden mood too (default, the upper bound); "log": of the mood only what the plays tell
 * @throws {RefrainError} as `readTruth`
 */
export async function readOracle(folder: string, knows: "state" | "log" = "state"): Promise<Oracle> {
  const { oracle, observer } = await readTruth(folder);
  return knows === "state" ? oracle : observer;
}

function empty(size: number): Truth {
  const unknown = (): Oracle => ({
    rank: new Float64Array(size).fill(Number.NaN),
    hr10: new Float64Array(size).fill(Number.NaN),
    ndcg10: new Float64Array(size).fill(Number.NaN),
  });
  return {
    kind: new Uint8Array(size).fill(NONE),
    session: new Int32Array(size),
    mood: new Uint8Array(size).fill(NONE),
    move: new Uint8Array(size).fill(NONE),
    oracle: unknown(),
    observer: unknown(),
  };
}

function sliced(truth: Truth, size: number): Truth {
  const cut = ({ rank, hr10, ndcg10 }: Oracle): Oracle => ({
    rank: rank.slice(0, size),
    hr10: hr10.slice(0, size),
    ndcg10: ndcg10.slice(0, size),
  });
  return {
    kind: truth.kind.slice(0, size),
    session: truth.session.slice(0, size),
    mood: truth.mood.slice(0, size),
    move: truth.move.slice(0, size),
    oracle: cut(truth.oracle),
    observer: cut(truth.observer),
  };
}
