// The parts that logs are held and cleaned with as columns of numbers, each against a plain twin.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ByteTable, hashBytes, viewOf } from "../../src/data/arrays/byte-table.js";
import { type Absorb, nativeScanner } from "../../src/data/arrays/native.js";
import { plainNumber, plainTime } from "../../src/data/arrays/numbers.js";
import { nthSmallest, orderByUserAndTime } from "../../src/data/arrays/sort.js";
import { cleanLargeLog, hashEvents } from "../../src/data/index.js";
import { parseTime, TIME_UNITS } from "../../src/data/times.js";
import { KEEP_ALL, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

describe("a table of byte strings", () => {
  test("numbers texts as a map does, and keeps them, also of one hash", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ maxLength: 6 }).map((text) => `${text}夜é`),
          { maxLength: 60 },
        ),
        fc.boolean(),
        (texts, isOneHash) => {
          const table = new ByteTable();
          const twin = new Map<string, number>();
          for (const text of texts) {
            const bytes = Buffer.from(`<${text}>`);
            const view = viewOf(bytes);
            const hash = isOneHash ? 7 : hashBytes(view, 1, bytes.length - 1);
            if (!twin.has(text)) twin.set(text, twin.size);
            expect(table.add(bytes, view, 1, bytes.length - 1, hash)).toBe(twin.get(text));
          }
          expect(Array.from({ length: table.size }, (_, code) => table.text(code))).toEqual([...twin.keys()]);
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });

  test("takes in another one, and grows by thousands", () => {
    const [one, two] = [new ByteTable(), new ByteTable()];
    const put = (table: ByteTable, text: string) => {
      const bytes = Buffer.from(text);
      return table.add(bytes, viewOf(bytes), 0, bytes.length);
    };
    for (let at = 0; at < 5000; at++) put(one, `name ${2 * at}`);
    for (let at = 0; at < 5000; at++) put(two, `name ${3 * at}`);
    const join = (absorb: Absorb | null) => {
      const joined = ByteTable.of(structuredClone(one.pack()));
      return { joined, map: joined.absorb(two.pack(), absorb) };
    };
    const { joined, map } = join(null);
    const compiled = join(nativeScanner()?.absorb ?? null);
    expect(compiled.map).toEqual(map);
    expect(Array.from(map, (code) => compiled.joined.text(code))).toEqual(Array.from(map, (_, at) => `name ${3 * at}`));
    expect(Array.from(map, (code) => joined.text(code))).toEqual(Array.from(map, (_, at) => `name ${3 * at}`));
    expect(joined.size).toBe(new Set(Array.from(map.keys()).flatMap((at) => [2 * at, 3 * at])).size);
    expect([joined.codeOf("name 0"), joined.codeOf("name 1")]).toEqual([0, undefined]);
  });
});

const written = fc.oneof(
  fc.stringMatching(/^[0-9]{0,17}$/),
  fc.stringMatching(/^[0-9]{0,9}[.][0-9]{0,9}$/),
  fc.stringMatching(/^[0-9.e+ -]{0,8}$/),
);
const clock = fc.stringMatching(
  /^(0|1|2)[0-9]{3}-(0[0-9]|1[0-3])-([0-2][0-9]|3[0-2])[T t](1[0-9]|2[0-5]):[0-6][0-9]:(5|6)[01]Z?$/,
);

test("a number that is plainly written is that of the usual functions; no other is taken for one", () => {
  fc.assert(
    fc.property(written, (text) => {
      const value = plainNumber(Buffer.from(`1${text}1`), 1, text.length + 1);
      if (!Number.isNaN(value)) expect(value).toBe(Number(text));
      else expect(text).not.toMatch(/^[0-9]{1,15}$/);
    }),
    { numRuns: 2000, seed: 2 },
  );
});

test("so is a time, in every unit", () => {
  let known = 0;
  fc.assert(
    fc.property(fc.oneof(clock, written), fc.constantFrom(...TIME_UNITS), (text, unit) => {
      const value = plainTime(Buffer.from(`1${text}1`), 1, text.length + 1, unit);
      if (Number.isNaN(value)) return;
      known++;
      expect(value).toBe(parseTime(text, unit));
    }),
    { numRuns: 6000, seed: 3 },
  );
  expect(known).toBeGreaterThan(1000);
  expect(plainTime(Buffer.from("2024-02-29T23:59:60Z"), 0, 20, "text")).toBe(Date.UTC(2024, 2, 1) / 1000);
});

const instant = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(-0, Number.NEGATIVE_INFINITY, 1.7e9, 1.7e9 + 0.5),
);

test("rows are ordered as a stable sort by user and time orders them", () => {
  const column = fc.oneof(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), instant), { maxLength: 60 }),
    fc.array(fc.tuple(fc.constant<number>(0), instant), { minLength: 100, maxLength: 300 }),
    // The newest first, with ties.
    fc
      .array(fc.nat(40), { maxLength: 60 })
      .map((all) => all.sort((a, b) => b - a).map((time) => [1, time] as [number, number])),
  );
  fc.assert(
    fc.property(column, (rows) => {
      const [users, times] = [Int32Array.from(rows, ([user]) => user), Float64Array.from(rows, ([, time]) => time)];
      const twin = Array.from(rows.keys()).sort((a, b) => users[a] - users[b] || compare(times[a], times[b]) || a - b);
      expect(Array.from(orderByUserAndTime(users, times) ?? rows.keys())).toEqual(twin);
    }),
    { numRuns: 300, seed: 4 },
  );
});

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

test("a value of a rank is that of the sorted values, also behind one that is far off", () => {
  const values = Float64Array.from({ length: 30_000 }, (_, at) => ((at * 7919) % 20_011) / 3);
  values[5] = 1e15;
  const sorted = values.slice().sort();
  for (const k of [0, 1, 7, 15_000, 29_970, 29_998, 29_999]) expect(nthSmallest(values, k)).toBe(sorted[k]);
  // Of every third alone.
  const marks = new Uint8Array(values.length).map((_, at) => (at % 3 === 0 ? 2 : 0));
  const thirds = values.filter((_, at) => at % 3 === 0).sort();
  for (const k of [0, 1, 5000, 9998, 9999]) expect(nthSmallest(values, k, marks)).toBe(thirds[k]);
});

/** Makes two blocks of few lines. */
const PADDING = "la ".repeat(250).trim();
const dist = fileURLToPath(new URL("../../dist/data/index.js", import.meta.url));

test.skipIf(!existsSync(dist))(
  "threads give what one thread gives, and the hash of the file (needs dist)",
  async () => {
    const line = (at: number) =>
      `u${at % 97},${1_600_000_000 + ((at * 7919) % 1_000_000)},track ${(at * at) % 5003},"Ｓｏｎｇ ${at % 11}, part ${(at * at) % 5003} ${PADDING}"`;
    const path = folder.write(
      "threads.csv",
      `user,time,track_id,title\n${Array.from({ length: 6000 }, (_, at) => line(at)).join("\n")}`,
    );
    const script = `
    const { cleanLargeLog, hashEvents } = await import(process.argv[2]);
    const { log, report, way, fileHash } = await cleanLargeLog(process.argv[1], { cleaning: ${JSON.stringify(KEEP_ALL)} });
    console.log(JSON.stringify({ hash: hashEvents(log), report, way, fileHash }));`;
    const compiled = promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      script,
      path,
      pathToFileURL(dist).href,
    ]);
    const { log, report, way, fileHash } = await cleanLargeLog(path, { cleaning: KEEP_ALL });
    const here = { hash: hashEvents(log), report, way, fileHash };
    expect(JSON.parse((await compiled).stdout)).toEqual(here);
    expect(here).toMatchObject({ way: "arrays", report: { read: 6000, repaired: 6000 } });
    expect(fileHash).toBe(createHash("sha256").update(readFileSync(path)).digest("hex"));
  },
);
