// The contract of `Scorer`, run against every scorer there is.
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import type { Scorer } from "../../src/core/scorer.js";
import type { Query } from "../../src/core/types.js";

export interface ContractOptions {
  /** U: users the scorer knows; 0 where it knows none. Default 3. */
  readonly userCount?: number;
  /** How far a batch may be from single queries, relative to 1 + |score|. Default 0: the same bits. */
  readonly tolerance?: number;
}

/** Queries of all kinds: shared buffers, copies, empty, one play, repeats, long, known and unknown users. */
export function contractQueries(itemCount: number, userCount: number): Query[] {
  const random = Random.stream(5, "contract");
  const history = (length: number) => Int32Array.from({ length }, () => 1 + random.integer(itemCount));
  const shared = history(12);
  const user = Math.min(1, userCount);
  const times = Float64Array.from(shared, (item, at) =>
    at === 3 ? Number.NaN : 1_735_700_000 + 5000 * at + 777 * item,
  );
  return [
    ...[1, 2, 5, 12].map((length) => ({ user, history: shared.subarray(0, length) })),
    { user: 0, history: shared.subarray(0, 5) },
    { user, history: shared.slice(0, 5) },
    { user: userCount, history: Int32Array.of(itemCount) },
    { user, history: new Int32Array(0) },
    { user: 0, history: new Int32Array(0) },
    { user, history: new Int32Array(9).fill(1) },
    { user, history: Int32Array.of(1, itemCount, 1, itemCount, 1) },
    { user: userCount, history: history(150) },
    { user: 0, history: history(3) },
    ...[1, 5, 12].map((length) => ({
      user,
      history: shared.subarray(0, length),
      times: times.subarray(0, length),
      now: times[length - 1] + 90,
    })),
    { user, history: shared.subarray(0, 5), times: times.subarray(0, 5), now: times[4] + 86_400 },
    { user, history: shared.subarray(0, 5), times: times.subarray(0, 5) },
    { user, history: shared.subarray(0, 5), now: times[4] },
    { user, history: new Int32Array(0), times: new Float64Array(0), now: times[0] },
  ];
}

/** Registers the suite. `makeScorer` runs once, in a `beforeAll`, so it may need an engine that one started. */
export function scorerContract(
  name: string,
  makeScorer: () => Scorer | Promise<Scorer>,
  { userCount = 3, tolerance = 0 }: ContractOptions = {},
): void {
  describe(`${name} keeps the contract of a scorer`, () => {
    let scorer: Scorer;
    let width: number;
    let queries: Query[];
    beforeAll(async () => {
      scorer = await makeScorer();
      width = scorer.itemCount + 1;
      queries = contractQueries(scorer.itemCount, userCount);
    });
    /** The same query on memory of its own. */
    const copyOf = ({ user, history, times, now }: Query): Query => ({
      user,
      history: history.slice(),
      ...(times ? { times: times.slice() } : {}),
      ...(now === undefined ? {} : { now }),
    });
    const rowsOf = async (asked: readonly Query[]) => {
      const scores = await scorer.score(asked);
      expect(scores).toBeInstanceOf(Float32Array);
      expect(scores.length).toBe(asked.length * width);
      return asked.map((_, n) => scores.slice(n * width, (n + 1) * width));
    };
    const expectClose = (actual: Float32Array, expected: Float32Array, what: string) => {
      for (let item = 1; item < width; item++)
        if (!(Math.abs(actual[item] - expected[item]) <= tolerance * (1 + Math.abs(expected[item]))))
          expect.fail(`${what}, item ${item}: ${actual[item]} is not ${expected[item]}`);
    };

    test("has a name and a catalogue", () => {
      expect(scorer.name).toMatch(/\S/);
      expect(Number.isInteger(scorer.itemCount) && scorer.itemCount >= 1).toBe(true);
    });

    test("no query gives no score", async () => {
      expect((await scorer.score([])).length).toBe(0);
    });

    test("scores are finite, and padding has -Infinity", async () => {
      for (const row of await rowsOf(queries)) {
        expect(row[0]).toBe(Number.NEGATIVE_INFINITY);
        expect(row.subarray(1).every(Number.isFinite)).toBe(true);
      }
    });

    test("a batch gives what one query at a time gives", async () => {
      const batch = await rowsOf(queries);
      for (let n = 0; n < queries.length; n++) expectClose((await rowsOf([queries[n]]))[0], batch[n], `query ${n}`);
    });

    test("order of queries is kept", async () => {
      const order = Random.stream(6, "order").shuffle(Array.from(queries.keys()));
      const straight = await rowsOf(queries);
      const shuffled = await rowsOf(order.map((n) => queries[n]));
      order.forEach((n, at) => {
        expectClose(shuffled[at], straight[n], `query ${n} at place ${at}`);
      });
    });

    test("the same query twice in a batch has the same scores, in one buffer or two", async () => {
      for (const query of [queries[2], queries[queries.length - 4]]) {
        const rows = await rowsOf([query, copyOf(query), query]);
        expectClose(rows[1], rows[0], "copy");
        expectClose(rows[2], rows[0], "repetition");
      }
    });

    test("arguments stay as they are, and earlier results too", async () => {
      const before = queries.map(copyOf);
      const first = await scorer.score(queries);
      const copy = first.slice();
      await scorer.score([...queries].reverse());
      expect(first).toEqual(copy);
      expect(queries.map(copyOf)).toEqual(before);
    });
  });
}
