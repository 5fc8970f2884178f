import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { auditEvents, byWeight, countSeverities, finding, MOST_EXAMPLES } from "../../src/data/audit/index.js";
import { binStart, gapHistogram } from "../../src/data/audit/sessions.js";
import { sequenceSignal } from "../../src/data/audit/signal.js";
import { dated } from "../support/training.js";
import { cycleWorld, eventLogs, markovWorld, toLog } from "../support/worlds.js";
import { byCode, loud, MAY } from "./audit-helpers.js";

/** Sessions of ten plays, `song` seconds apart, with `pause` seconds between two; a little noise on both. */
function sessions(song: number, pause: number) {
  const random = Random.stream(1, "sessions");
  return toLog(
    Array.from({ length: 10 }, (_, u) => {
      let time = MAY;
      return Array.from({ length: 100 }, (_, n) => {
        time += (n % 10 === 0 ? pause : song) * (0.7 + 0.6 * random.uniform());
        return { user: `u${u}`, item: `i${random.integer(20)}`, time: Math.round(time) };
      });
    }).flat(),
  );
}

describe("sessions", () => {
  test.each([
    [200, 86_400, 10, 240],
    [30, 3600, 2, 20],
    [20, 86_400 * 3, 2, 480],
  ])("the natural pause between %d and %d seconds", (song, pause, least, most) => {
    const { suggestedMinutes, longer, gaps } = gapHistogram(sessions(song, pause));
    expect(suggestedMinutes).toBeGreaterThanOrEqual(least);
    expect(suggestedMinutes).toBeLessThanOrEqual(most);
    expect([longer, gaps]).toEqual([90, 990]);
    const found = byCode(auditEvents(sessions(song, pause)).findings);
    expect(found["session-gap"].fix).toBe(`--set data.sessionGapMinutes=${suggestedMinutes}`);
  });

  test("none where pauses form one hill, where all are ties, and where there are few", () => {
    expect(gapHistogram(sessions(200, 200)).suggestedMinutes).toBeNull();
    expect(gapHistogram(sessions(0, 0))).toMatchObject({ suggestedMinutes: null, gaps: 0 });
    expect(gapHistogram(cycleWorld())).toMatchObject({ suggestedMinutes: null });
    expect(binStart(4)).toBe(2);
  });
});

describe("the order of plays", () => {
  test("all of it is lost on a circle, and most of a Markov chain", () => {
    const circle = sequenceSignal(cycleWorld(60));
    expect(circle.ordered).toBe(1);
    const chain = sequenceSignal(markovWorld({ users: 100, items: 60, plays: 60 }).log);
    expect(chain.ordered).toBeGreaterThan(0.98); // three followers of each item, all among the ten
    expect(chain.lost).toBeGreaterThan(0.5);
    expect(chain.shuffled).toHaveLength(5);
  });

  test("none is lost where plays are drawn by lot: a warning", () => {
    const random = Random.stream(3, "lot");
    const rows = Array.from({ length: 6000 }, (_, n) => ({
      user: `u${n % 40}`,
      item: `i${random.integer(200)}`,
      time: MAY + n * 3600 + random.integer(3000),
    }));
    const log = toLog(rows);
    expect(sequenceSignal(log).lost).toBeLessThan(0.1);
    expect(byCode(auditEvents(log).findings)["sequence-signal"].severity).toBe("warning");
    expect(sequenceSignal(log)).toEqual(sequenceSignal(log));
  });

  test("order within ties is told apart", () => {
    // Albums of ten songs, always in one order, each album at one moment.
    const rows = Array.from({ length: 8000 }, (_, n) => {
      const album = Math.floor(n / 10) % 37;
      return {
        user: `u${Math.floor(n / 10) % 40}`,
        item: `${album}-${n % 10}`,
        time: MAY + Math.floor(n / 10) * 86_400,
      };
    });
    const signal = sequenceSignal(toLog(rows));
    expect(signal.untied).toBeLessThan(0.75 * signal.ordered);
    const found = byCode(auditEvents(toLog(rows)).findings);
    expect(found["tied-times"].severity).toBe("problem");
    expect(found["tied-times"].count).toBe(7200);
    expect(found["coarse-times"].values.step).toBe("hour"); // noon of every day
    expect(found["tied-signal"].count).toBeGreaterThan(0);
  });
});

describe("the rest of a clean log", () => {
  test("popularity, density, cold users and items, repeats", () => {
    const rows = [..."aaab", ..."c"].map((item, n) => ({ user: item === "c" ? "w" : "v", item, time: MAY + 100 * n }));
    const found = byCode(auditEvents(toLog(rows)).findings);
    expect(found.popularity).toMatchObject({ count: 3, share: 0.6, values: { items: 1 } });
    expect(found.density).toMatchObject({ count: 3, share: 0.5, values: { users: 2, items: 3 } });
    expect(found["cold-users"]).toMatchObject({ count: 2, values: { plays: 5 }, severity: "warning" });
    expect(found["cold-items"]).toMatchObject({ count: 3, fix: "--set cleaning.minimumItemPlays=5" });
    expect(found.repeats).toMatchObject({ count: 2, share: 0.4, fix: null });
    expect(found["consecutive-repeats"]).toMatchObject({ count: 2, examples: [{ line: 2 }, { line: 3 }] });
  });

  test("drift and new items are seen where tastes turn over, and not where they stay", () => {
    const log = (turn: boolean) => {
      const random = Random.stream(5, "turn");
      return toLog(
        Array.from({ length: 5000 }, (_, n) => ({
          user: `u${n % 50}`,
          item: `${turn && n > 4600 ? "new" : "old"}${random.integer(60)}`,
          time: MAY + n * 500,
        })),
      );
    };
    const turned = byCode(auditEvents(log(true)).findings);
    expect(turned.drift).toMatchObject({ severity: "warning", fix: "--set split.kind=time" });
    expect(turned["new-items"].count).toBe(399);
    expect(turned["new-items"].severity).toBe("warning");
    const stayed = byCode(auditEvents(log(false)).findings);
    expect(stayed.drift.share).toBeLessThan(0.1);
    expect(stayed["new-items"]).toBeUndefined();
  });

  test("an ordinary log is silent", () => {
    expect(loud(auditEvents(dated(markovWorld({ users: 100, plays: 60 }).log)).findings)).toEqual([]);
  });

  test("items that were sorted within each day", () => {
    const random = Random.stream(7, "sorted");
    const log = (sorted: boolean) =>
      toLog(
        Array.from({ length: 300 }, (_, day) => {
          const items = Array.from({ length: 10 }, () => random.integer(500));
          if (sorted) items.sort((a, b) => a - b);
          return items.map((item) => ({ user: "u", item: `${item}`, time: MAY + day * 86_400 }));
        }).flat(),
      );
    const found = byCode(auditEvents(log(true)).findings)["sorted-items"];
    expect(found).toMatchObject({ severity: "warning", of: "steps" });
    expect(found.share).toBeGreaterThan(0.85);
    expect(byCode(auditEvents(log(false)).findings)["sorted-items"]).toBeUndefined();
  });

  test("an order has no times, and nothing is said about them", () => {
    const codes = auditEvents({ ...cycleWorld(40), hasTimes: false }).findings.map(({ code }) => code);
    expect(codes).toContain("no-times");
    for (const code of ["tied-times", "session-gap", "no-session-gap", "drift"]) expect(codes).not.toContain(code);
  });

  test("any log gives findings with shares between 0 and 1, and JSON holds them", () => {
    fc.assert(
      fc.property(eventLogs(), fc.boolean(), (log, hasTimes) => {
        const { findings } = auditEvents({ ...log, hasTimes });
        for (const { share, count, examples, values } of findings) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
          expect(Number.isInteger(count)).toBe(true);
          expect(examples.length).toBeLessThanOrEqual(MOST_EXAMPLES);
          for (const value of Object.values(values)) expect(value).not.toBeNaN();
        }
        expect(JSON.parse(JSON.stringify(findings))).toEqual(findings);
      }),
      { numRuns: 150 },
    );
  });

  test("an empty log is refused with a code", () => {
    const empty = { ...cycleWorld(), users: new Int32Array(), items: new Int32Array(), times: new Float64Array() };
    expect(() => auditEvents(empty)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });
});

test("findings go by weight, then by the table of codes", () => {
  const some = [
    finding("drift", "note", 0, 0, "plays"),
    finding("duplicates", "warning", 1, 2, "rows"),
    finding("clock", "warning", 1, 2, "rows"),
    finding("test-ties", "problem", 1, 2, "testPlays"),
  ];
  expect(byWeight(some).map(({ code }) => code)).toEqual(["test-ties", "clock", "duplicates", "drift"]);
  expect(countSeverities(some)).toEqual({ problem: 1, warning: 2, note: 1 });
  expect(some[0].share).toBe(0);
});
