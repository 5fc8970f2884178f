import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { paddingShare, toBatches, toWindows, type Window } from "../../src/sequence/batches.js";

const histories = fc.array(
  fc.record({
    user: fc.integer({ min: 1, max: 5 }),
    items: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }).map((items) => Int32Array.from(items)),
  }),
  { maxLength: 12 },
);
/** (user, input, target) of each place that is learnt from, sorted. */
const pairs = (all: { user: number; items: ArrayLike<number> }[]) =>
  all
    .flatMap(({ user, items }) =>
      Array.from(items)
        .slice(1)
        .map((item, i) => `${user}:${items[i]}>${item}`),
    )
    .sort();

test("windows hold every play but the first as a target once, and at most maxLength inputs", () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 8 }), (all, maxLength) => {
      const windows = toWindows(all, maxLength);
      expect(pairs(windows)).toEqual(pairs(all));
      for (const { items } of windows) expect(items.length).toBeGreaterThanOrEqual(2);
      for (const { items } of windows) expect(items.length).toBeLessThanOrEqual(maxLength + 1);
    }),
  );
});

test("batches hold every target once, padding stands on the left, and the order follows the stream", () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 99 }), (all, positions, seed) => {
      const windows: Window[] = toWindows(all, 8);
      const batches = toBatches(windows, positions, Random.stream(seed));
      const found: string[] = [];
      for (const { length, size, users, inputs, padding, positions: rows, targets } of batches) {
        expect(size === 1 || length * size <= positions).toBe(true);
        rows.forEach((row, m) => {
          found.push(`${users[row % size]}:${inputs[row]}>${targets[m]}`);
        });
        inputs.forEach((item, row) => {
          expect(item === 0).toBe(Math.floor(row / size) < padding[row % size]);
        });
      }
      expect(found.sort()).toEqual(pairs(windows));
      expect(toBatches(windows, positions, Random.stream(seed))).toEqual(batches);
      const real = batches.reduce((sum, { targets }) => sum + targets.length, 0);
      const places = batches.reduce((sum, { length, size }) => sum + length * size, 0);
      expect(paddingShare(batches)).toBeCloseTo(places === 0 ? 0 : (places - real) / places, 12);
    }),
  );
});

describe("random crop", () => {
  test("keeps every play a target once, and leaves short histories whole", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.nat(99), (size, most, seed) => {
        const items = Int32Array.from({ length: size }, (_, at) => at + 1);
        const windows = toWindows([{ user: 1, items }], most, Random.stream(seed, "crop"));
        const targets = windows.flatMap((window) => Array.from(window.items.subarray(1))).sort((a, b) => a - b);
        expect(targets).toEqual(Array.from(items.subarray(1)));
        for (const window of windows) expect(window.items.length).toBeLessThanOrEqual(most + 1);
        if (size <= most + 1) expect(windows.length).toBe(1);
        expect(toWindows([{ user: 1, items }], most, Random.stream(seed, "crop"))).toEqual(windows);
      }),
    );
  });
});

test("times go with their plays: a row has its own and that of its target, in every window and batch", () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 99 }), (all, maxLength, seed) => {
      // The time of a play is a function of its item here, and every second history has none.
      const timed = all.map((each, h) =>
        h % 2 === 0 ? { ...each, times: Float64Array.from(each.items, (item) => 100 * item) } : each,
      );
      for (const batch of toBatches(toWindows(timed, maxLength), 30, Random.stream(seed))) {
        const { inputs, positions, targets, times, moments, padding, size } = batch;
        if (!times || !moments) continue;
        positions.forEach((row, m) => {
          const known = !Number.isNaN(times[row]);
          expect([times[row], moments[row]]).toEqual(known ? [100 * inputs[row], 100 * targets[m]] : [NaN, NaN]);
        });
        inputs.forEach((_, row) => {
          if (Math.floor(row / size) < padding[row % size]) expect([times[row], moments[row]]).toEqual([NaN, NaN]);
        });
      }
      expect(toBatches(toWindows(all, maxLength), 30, Random.stream(seed)).some(({ times }) => times)).toBe(false);
    }),
  );
});
