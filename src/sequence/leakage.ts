// What a split lets the training know that it should not, and what its test can tell.
import type { SplitLog } from "../core/types.js";
import { type Finding, finding, graded, MOST_EXAMPLES, playExample } from "../data/audit/index.js";
import { countUpTo } from "./split.js";

export interface LeakageOptions {
  /** A pause longer than this ends a session. Default 30. */
  readonly gapMinutes?: number;
  /** Least plays of an item that cleaning asked for, over all parts. Default 1: none. */
  readonly minimumItemPlays?: number;
  /** Least plays of an item in the training part, for its vocabulary. Default 1. */
  readonly trainItemPlays?: number;
  /** The global cut to compare with; left out where there is none, or where the split is one. */
  readonly timeCut?: SplitLog;
}

/** Which part each row is in, and what the training part holds. */
interface Parts {
  /** 0 train, 1 validation, 2 test, 3 history of a target that nothing trains on. @shape uint8 [E] */
  readonly part: Uint8Array;
  /** Plays of each item in the training part, and in all. @shape [V] */
  readonly trained: Int32Array;
  readonly total: Int32Array;
  readonly train: number;
  readonly test: number;
}

/**
 * Looks at a split: training plays from the future of a test play, sessions and items that both sides share, what training
 * knows of the test's users and items, ties that leave a test play's place open, and what a global cut in time would change.
 */
export function auditSplit(split: SplitLog, options: LeakageOptions = {}): Finding[] {
  const parts = partsOf(split);
  return [
    finding("test-size", "note", parts.test, split.log.users.length, "plays", { values: { split: split.description } }),
    ...(split.log.hasTimes ? futurePlays(split, parts) : []),
    ...(split.log.hasTimes ? sharedSessions(split, options.gapMinutes ?? 30) : []),
    ...vocabularyFindings(split, parts, options),
    ...overlapFindings(split, parts),
    ...(split.log.hasTimes ? testTies(split, parts) : []),
    ...(options.timeCut ? timeCut(split, parts, options.timeCut) : []),
  ];
}

const CONTEXT = 3;

function partsOf({ log, userStart, validationStart, testStart, lastTargets = log.users.length }: SplitLog): Parts {
  const part = new Uint8Array(log.users.length);
  const trained = new Int32Array(log.itemIds.length);
  const total = new Int32Array(log.itemIds.length);
  let train = 0;
  let test = 0;
  for (let user = 0; user < testStart.length; user++)
    for (let row = userStart[user]; row < userStart[user + 1]; row++) {
      part[row] = row >= testStart[user] ? 2 : row >= validationStart[user] ? 1 : 0;
      if (part[row] > 0 && row + lastTargets < (part[row] === 2 ? userStart[user + 1] : testStart[user]))
        part[row] = CONTEXT;
      total[log.items[row]]++;
      if (part[row] === 0) {
        trained[log.items[row]]++;
        train++;
      } else if (part[row] === 2) test++;
    }
  return { part, trained, total, train, test };
}

/** Training plays that happened after a test play: a model in use could not know them. */
function futurePlays({ log }: SplitLog, { part, train, test }: Parts): Finding[] {
  const tested = log.times.filter((_, row) => part[row] === 2).sort();
  const trained = log.times.filter((_, row) => part[row] === 0).sort();
  if (test === 0 || train === 0) return [];
  const late = trained.length - countUpTo(trained, tested[0]);
  if (late === 0) return [];
  // The earliest test play may be of somebody who left long ago, so the mean over test plays decides.
  let sum = 0;
  for (const moment of tested) sum += trained.length - countUpTo(trained, moment);
  const mean = sum / test / train;
  const rows = firstRows(part.length, (row) => part[row] === 0 && log.times[row] > tested[0]);
  return [
    finding("future-plays", graded(mean, 0, 0.01), late, train, "trainingPlays", {
      examples: rows.map((row) => playExample(log, row)),
      fix: "--set split.kind=time",
      values: { mean: Number((100 * mean).toFixed(1)), first: day(tested[0]) },
    }),
  ];
}

/** Test plays of a session that began before the test part: the model has read its beginning. */
function sharedSessions({ log, userStart, testStart }: SplitLog, gapMinutes: number): Finding[] {
  const rows: number[] = [];
  let sessions = 0;
  for (let user = 0; user < testStart.length; user++) {
    const [from, end] = [testStart[user], userStart[user + 1]];
    for (let row = from; row < end; row++) {
      const goesOn = row > userStart[user] && log.times[row] - log.times[row - 1] <= gapMinutes * 60;
      if (row === from && goesOn) rows.push(row);
      if (row === from || !goesOn) sessions++;
    }
  }
  if (rows.length === 0) return [];
  const severity = graded(rows.length / sessions, 0.2, 2);
  return [
    finding("shared-sessions", severity, rows.length, sessions, "sessions", {
      examples: rows.slice(0, MOST_EXAMPLES).map((row) => playExample(log, row)),
      fix: severity === "note" ? null : "--set split.kind=time",
      values: { minutes: gapMinutes },
    }),
  ];
}

/** Items that only plays outside the training part keep in the vocabulary, and test plays of items it does not have. */
function vocabularyFindings(
  { log }: SplitLog,
  { part, trained, total, test }: Parts,
  { minimumItemPlays: least = 1, trainItemPlays = 1 }: LeakageOptions,
): Finding[] {
  const found: Finding[] = [];
  const helped = Array.from(total.keys()).filter((item) => trained[item] > 0 && trained[item] < least);
  if (helped.length > 0) {
    const firsts = firstRows(part.length, (row) => part[row] === 0 && trained[log.items[row]] < least);
    found.push(
      finding(
        "vocabulary-from-test",
        graded(helped.length / total.length, 0.05, 2),
        helped.length,
        total.length,
        "items",
        {
          examples: firsts.map((row) => playExample(log, row)),
          fix: "--set cleaning.minimumItemPlays=1",
          values: { least },
        },
      ),
    );
  }
  const unknown = part.reduce(
    (sum, own, row) => sum + (own === 2 && trained[log.items[row]] < trainItemPlays ? 1 : 0),
    0,
  );
  if (unknown > 0) {
    const rows = firstRows(part.length, (row) => part[row] === 2 && trained[log.items[row]] < trainItemPlays);
    found.push(
      finding("unknown-items", graded(unknown / test, 0.05, 0.5), unknown, test, "testPlays", {
        examples: rows.map((row) => playExample(log, row)),
        values: {
          items: trained.reduce((sum, plays, item) => sum + (plays < trainItemPlays && total[item] > 0 ? 1 : 0), 0),
        },
      }),
    );
  }
  return found;
}

/** What training knows of the users of the test, and how often the test asks for what a user has played before. */
function overlapFindings(
  { log, userStart, validationStart, testStart, apart }: SplitLog,
  { part, test }: Parts,
): Finding[] {
  let cold = 0;
  let known = 0;
  let users = 0;
  let knownUsers = 0;
  const first: number[] = [];
  for (let user = 0; user < testStart.length; user++) {
    let size = 0;
    for (let row = testStart[user]; row < userStart[user + 1]; row++) if (part[row] === 2) size++;
    if (size === 0) continue;
    users++;
    if (validationStart[user] === userStart[user]) {
      cold += size;
      if (first.length < MOST_EXAMPLES) first.push(testStart[user]);
      continue;
    }
    knownUsers++;
    const played = new Set(log.items.subarray(userStart[user], testStart[user]));
    for (let row = testStart[user]; row < userStart[user + 1]; row++)
      if (part[row] === 2 && played.has(log.items[row])) known++;
  }
  if (test === 0) return [];
  const found: Finding[] = [];
  if (cold > 0 && !apart)
    // where users are apart, that is the question and no fault
    found.push(
      finding("cold-test-users", graded(cold / test, 0.2, 2), cold, test, "testPlays", {
        examples: first.map((row) => playExample(log, row)),
        fix: "--set split.kind=leave-one-out",
        values: { users: users - knownUsers, all: users },
      }),
    );
  found.push(finding("overlap", "note", known, test, "testPlays", { values: { users: knownUsers, all: users } }));
  return found;
}

/** Test plays with another item of the same user at the same time: which of them is asked for is up to the file's order. */
function testTies({ log, userStart, testStart }: SplitLog, { part, test }: Parts): Finding[] {
  const rows: number[] = [];
  for (let user = 0; user < testStart.length; user++) {
    const end = userStart[user + 1];
    for (let from = userStart[user], to = from; from < end; from = to) {
      let differ = false;
      for (to = from + 1; to < end && log.times[to] === log.times[from]; to++)
        differ ||= log.items[to] !== log.items[from];
      if (!differ) continue;
      for (let row = Math.max(from, testStart[user]); row < to; row++) if (part[row] === 2) rows.push(row);
    }
  }
  if (rows.length === 0) return [];
  return [
    finding("test-ties", graded(rows.length / test, 0.01, 0.5), rows.length, test, "testPlays", {
      examples: rows.slice(0, MOST_EXAMPLES).map((row) => playExample(log, row)),
    }),
  ];
}

/** How the test part and the training part would change under one cut for everybody. */
function timeCut({ log }: SplitLog, { part, train, test }: Parts, cut: SplitLog): Finding[] {
  const other = partsOf(cut);
  let leaves = 0;
  let lost = 0;
  const rows: number[] = [];
  for (let row = 0; row < part.length; row++) {
    if (part[row] === 2 && other.part[row] !== 2 && ++leaves <= MOST_EXAMPLES) rows.push(row);
    if (part[row] === 0 && other.part[row] !== 0) lost++;
  }
  return [
    finding("time-cut", "note", leaves, test, "testPlays", {
      examples: rows.map((row) => playExample(log, row)),
      fix: "--set split.kind=time",
      values: {
        test: other.test,
        lost,
        lostShare: Number(((100 * lost) / Math.max(1, train)).toFixed(1)),
        split: cut.description,
      },
    }),
  ];
}

/** The first rows for which `is` holds, as many as a finding shows. */
function firstRows(rows: number, is: (row: number) => boolean): number[] {
  const found: number[] = [];
  for (let row = 0; row < rows && found.length < MOST_EXAMPLES; row++) if (is(row)) found.push(row);
  return found;
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
