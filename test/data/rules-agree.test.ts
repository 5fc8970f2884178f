// One definition of each rule, three languages: arquero, SQL and loops over typed arrays keep the same rows of any table.
import { tmpdir } from "node:os";
import { table } from "arquero";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ByteTable, viewOf } from "../../src/data/arrays/byte-table.js";
import type { Rows } from "../../src/data/arrays/rows.js";
import { applyRules as applyInArrays } from "../../src/data/arrays/rules-arrays.js";
import { type CleaningOptions, cleaningSchema } from "../../src/data/index.js";
import { Database } from "../../src/data/large/database.js";
import { keyOf } from "../../src/data/large/key.js";
import { applyRules } from "../../src/data/large/rules-sql.js";
import { type Row, RULES } from "../../src/data/rules.js";
import { applyRule, type Table } from "../../src/data/rules-table.js";
import { isLongRun } from "../support/cli.js";

const T = 1_700_000_000;
const DAY = 86_400;
type Dirty = Omit<Row, "title" | "row">;

let database: Database;
beforeAll(async () => {
  database = await Database.open({ folder: tmpdir(), memory: 200e6 });
});
afterAll(() => database.close());

interface Result {
  /** Rows that each rule took. */
  readonly counts: number[];
  /** Rows that are left. */
  readonly left: number[];
}

function byTable(rows: readonly Dirty[], options: CleaningOptions): Result {
  let left = table({
    user: rows.map(({ user }) => user),
    item: rows.map(({ item }) => item),
    title: rows.map(({ item }) => item),
    time: Float64Array.from(rows, ({ time }) => time),
    duration: Float64Array.from(rows, ({ duration }) => duration),
    rating: Float64Array.from(rows, ({ rating }) => rating),
    row: Float64Array.from(rows, (_, at) => at),
  }) as unknown as Table;
  const counts = RULES.map((rule) => {
    const before = left.numRows();
    left = applyRule(rule, left, options);
    return before - left.numRows();
  });
  return { counts, left: Array.from(left.array("row") as ArrayLike<number>).sort((a, b) => a - b) };
}

async function bySql(rows: readonly Dirty[], options: CleaningOptions): Promise<Result> {
  for (const name of [
    "VIEW IF EXISTS left_rows",
    "TABLE IF EXISTS removed",
    "TABLE IF EXISTS rows",
    "TABLE IF EXISTS typed",
  ])
    await database.run(`DROP ${name}`);
  await database.run(
    "CREATE TEMP TABLE typed (row INTEGER, line INTEGER, kind VARCHAR, user VARCHAR, item VARCHAR, time DOUBLE, duration DOUBLE, rating DOUBLE)",
  );
  const appender = await database.appender("typed");
  const number = (value: number) => (Number.isNaN(value) ? appender.appendNull() : appender.appendDouble(value));
  rows.forEach((row, at) => {
    appender.appendInteger(at);
    appender.appendInteger(at + 1);
    appender.appendNull();
    appender.appendVarchar(row.user);
    appender.appendVarchar(row.item);
    for (const value of [row.time, row.duration, row.rating]) number(value);
    appender.endRow();
  });
  appender.closeSync();
  await database.run(`CREATE TEMP TABLE rows AS SELECT *, ${keyOf('"user"')} AS u, ${keyOf("item")} AS i FROM typed`);
  const removed = await applyRules(database, options);
  const left = await database.rows("SELECT row FROM left_rows ORDER BY row");
  return { counts: removed.map(({ count }) => count), left: left.map(([place]) => Number(place)) };
}

function byArrays(rows: readonly Dirty[], options: CleaningOptions): Result {
  const texts = { users: new ByteTable(), items: new ByteTable() };
  const codes = (table: ByteTable, texts: readonly string[]) =>
    Int32Array.from(["", ...texts], (text) => {
      const bytes = Buffer.from(text);
      return table.add(bytes, viewOf(bytes), 0, bytes.length);
    }).subarray(1);
  const columns: Rows = {
    users: codes(
      texts.users,
      rows.map(({ user }) => user),
    ),
    items: codes(
      texts.items,
      rows.map(({ item }) => item),
    ),
    times: Float64Array.from(rows, ({ time }) => time),
    durations: Float64Array.from(rows, ({ duration }) => duration),
    ratings: Float64Array.from(rows, ({ rating }) => rating),
    rows: Int32Array.from(rows.keys()),
  };
  const removed = applyInArrays(columns, texts, options);
  return { counts: removed.map(({ count }) => count), left: Array.from(columns.rows).sort((a, b) => a - b) };
}

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const id = oneOf("", "a", "b", "c", "d", "e", "__proto__", "constructor", "群青", "a'--", "NULL");
const row: fc.Arbitrary<Dirty> = fc.record({
  user: id,
  item: id,
  time: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 40 }).map((step) => T + step * 1800) },
    fc.double({ min: T, max: T + DAY, noNaN: true }),
    oneOf(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1, T + 900 * DAY),
  ),
  duration: oneOf(Number.NaN, 0, 29_999, 30_000, 29_999.5, Number.POSITIVE_INFINITY),
  rating: fc.oneof({ weight: 30, arbitrary: fc.constant(Number.NaN) }, oneOf(1, 3.5, 5)),
});
const options = fc
  .record({
    minimumDurationMs: oneOf(0, 30_000),
    minimumRating: oneOf(null, 3),
    maximumPlaysPerDay: oneOf(0, 3, 10),
    dropConsecutiveRepeats: fc.boolean(),
    minimumUserPlays: fc.integer({ min: 1, max: 5 }),
    minimumItemPlays: fc.integer({ min: 1, max: 5 }),
    hasTimes: fc.boolean(),
  })
  .map((chosen) => ({ ...cleaningSchema.parse({ latest: T + 1000 * DAY }), ...chosen }));

describe("arquero, SQL and arrays", () => {
  test("keep the same rows of random dirty tables, rule by rule", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 120 }), options, async (rows, chosen) => {
        const result = byTable(rows, chosen);
        expect(byArrays(rows, chosen)).toEqual(result);
        expect(await bySql(rows, chosen)).toEqual(result);
      }),
      { numRuns: isLongRun ? 200 : 20, seed: 44 },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 120 }), options, (rows, chosen) => {
        expect(byArrays(rows, chosen)).toEqual(byTable(rows, chosen));
      }),
      { numRuns: isLongRun ? 2000 : 60, seed: 45 },
    );
  }, 60_000);

  test("a clock that ran ahead, a rhythm, and support that takes several rounds", async () => {
    const plain = { duration: Number.NaN, rating: Number.NaN };
    const rows: Dirty[] = Array.from({ length: 1500 }, (_, at) => ({
      user: `u${at % 7}`,
      item: `i${(at * at) % 90}`,
      time: at === 700 ? T + 800 * DAY : T + at * 977 + (at % 5),
      ...plain,
    }));
    for (let at = 0; at < 150; at++) rows.push({ user: "clock", item: `i${at}`, time: T + at * 60.2, ...plain });
    for (let at = 0; at < 40; at++)
      rows.push({ user: `chain${at >> 1}`, item: `chain${(at + 1) >> 1}`, time: T + at, ...plain });
    const chosen = cleaningSchema.parse({ latest: T + 1000 * DAY, minimumUserPlays: 2, minimumItemPlays: 2 });
    const result = byTable(rows, chosen);
    expect(await bySql(rows, chosen)).toEqual(result);
    expect(byArrays(rows, chosen)).toEqual(result);
    const taken = Object.fromEntries(RULES.map(({ name }, at) => [name, result.counts[at]]));
    expect(taken).toMatchObject({ "invalid time": 1, bot: 150 });
    expect(taken["minimum support"]).toBeGreaterThanOrEqual(40);
  });
});
