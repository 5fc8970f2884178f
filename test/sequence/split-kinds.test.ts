// Every kind of split against a slow twin that decides the part of each event by itself.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/core/config.js";
import { RefrainError } from "../../src/core/errors.js";
import { Random } from "../../src/core/random.js";
import type { EventLog, SplitLog } from "../../src/core/types.js";
import { evaluationCases, toHistories, trainHistories } from "../../src/sequence/histories.js";
import { auditSplit } from "../../src/sequence/leakage.js";
import { toSessions } from "../../src/sequence/sessions.js";
import { leaveLastOut, momentsByDays, partSizes, splitByTime } from "../../src/sequence/split.js";
import { splitSessions } from "../../src/sequence/split-apart.js";
import { partNumber, splitAsGiven } from "../../src/sequence/split-given.js";
import {
  SPLIT_KINDS,
  type SplitConfig,
  type SplitContext,
  type SplitKind,
  splitKind,
  splitLog,
  splitSchema,
} from "../../src/sequence/split-kinds.js";
import { eventLogs, toLog } from "../support/worlds.js";

const config = (options: Partial<SplitConfig> = {}) => parseConfig("split", splitSchema, options);
const NOTHING: SplitContext = { sessionGapMinutes: null, usersAreSessions: false };
const coded = (code: string) => expect.objectContaining({ code });

type Part = "train" | "validation" | "test" | "context";

/** Part of each event by its line, from the row ranges. */
function partByLine({ log, userStart, validationStart, testStart, lastTargets }: SplitLog): Map<number, Part> {
  const parts = new Map<number, Part>();
  for (let u = 0; u < testStart.length; u++)
    for (let row = userStart[u]; row < userStart[u + 1]; row++) {
      const part: Part = row >= testStart[u] ? "test" : row >= validationStart[u] ? "validation" : "train";
      const end = part === "test" ? userStart[u + 1] : testStart[u];
      const isContext = part !== "train" && lastTargets !== undefined && row < end - lastTargets;
      parts.set(log.lines[row], isContext ? "context" : part);
    }
  return parts;
}

/** Events of each user of a log, in its order. */
function byUser({ users, times, lines }: EventLog): { user: number; events: { time: number; line: number }[] }[] {
  return [...new Set(users)].map((user) => ({
    user,
    events: Array.from(users.keys())
      .filter((row) => users[row] === user)
      .map((row) => ({ time: times[row], line: lines[row] })),
  }));
}

/** Checks that a split which accepts a log has the parts of the twin; returns how many logs it accepted. */
function agrees(
  cut: (log: EventLog) => SplitLog,
  twin: (log: EventLog) => (user: { time: number; line: number }[], at: number) => Part,
): number {
  let accepted = 0;
  fc.assert(
    fc.property(eventLogs(), (log) => {
      let split: SplitLog;
      try {
        split = cut(log);
      } catch (error) {
        expect(error).toMatchObject({ code: "EMPTY_CASES" });
        return;
      }
      accepted++;
      const part = twin(log);
      const expected = new Map(
        byUser(log).flatMap(({ events }) => events.map(({ line }, at) => [line, part(events, at)] as const)),
      );
      expect(partByLine(split)).toEqual(expected);
      const sizes = { train: 0, validation: 0, test: 0, context: 0 };
      for (const each of expected.values()) sizes[each]++;
      expect(partSizes(split)).toEqual(sizes);
    }),
    { numRuns: 150, seed: 5 },
  );
  return accepted;
}

describe("against a slow twin", () => {
  test.each([1, 2, 3])("leave the last %d out", (n) => {
    const accepted = agrees(
      (log) => splitLog(log, config({ kind: "leave-last-n", lastPlays: n }), NOTHING),
      () => (events, at) => {
        if (events.length < 2 * n + 1) return "train";
        const left = events.length - at;
        return left <= n ? "test" : left <= 2 * n ? "validation" : "train";
      },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  test("one moment, only the last play of each user asked for", () => {
    const accepted = agrees(
      (log) => splitByTime(log, 12, 27, "last"),
      () => (events, at) => {
        const inPart = (from: number, to: number) => events.filter(({ time }) => time >= from && time < to);
        const own = events[at].time >= 27 ? inPart(27, 1e9) : events[at].time >= 12 ? inPart(12, 27) : [];
        if (own.length === 0) return "train";
        if (own[own.length - 1].line !== events[at].line) return "context";
        return events[at].time >= 27 ? "test" : "validation";
      },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  test("the last days", () => {
    const accepted = agrees(
      (log) => splitLog(log, config({ kind: "time", days: 10 / 86_400 }), NOTHING),
      (log) => {
        const last = Math.max(...log.times);
        return (events, at) => {
          const back = last - events[at].time;
          return back <= 10 ? "test" : back <= 20 ? "validation" : "train";
        };
      },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  test("sessions by the time they start", () => {
    const accepted = agrees(
      (log) => splitSessions(toSessions(log, 3 / 60), 15, 28),
      () => (events, at) => {
        let start = at; // walks back over every pause of at most 3 seconds
        while (start > 0 && events[start].time - events[start - 1].time <= 3) start--;
        return events[start].time >= 28 ? "test" : events[start].time >= 15 ? "validation" : "train";
      },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  test("users apart: as many as the shares say, drawn by the seed, their last plays asked for", () => {
    const options = config({ kind: "users", lastPlays: 2, validationShare: 0.2, testShare: 0.3, seed: 9 });
    const accepted = agrees(
      (log) => splitLog(log, options, NOTHING),
      (log) => {
        const able = byUser(log).filter(({ events }) => events.length >= 3);
        const drawn = able.map(({ user }) => user).sort((a, b) => a - b);
        Random.stream(9, "split", "users").shuffle(drawn);
        const tests = Math.max(1, Math.round(0.3 * able.length));
        const validations = Math.max(1, Math.round(0.2 * able.length));
        const partOf = new Map<number, Part>();
        for (const { user, events } of byUser(log)) {
          const at = drawn.indexOf(user);
          const part = at < 0 ? "train" : at < tests ? "test" : at < tests + validations ? "validation" : "train";
          for (const { line } of events) partOf.set(line, part);
        }
        return (events, at) => {
          const part = partOf.get(events[at].line) as Part;
          return part !== "train" && at < events.length - 2 ? "context" : part;
        };
      },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  test("as given: the parts by line, in order of part and time", () => {
    fc.assert(
      fc.property(eventLogs(), fc.infiniteStream(fc.integer({ min: 0, max: 2 })), (log, numbers) => {
        const parts = Uint8Array.from(log.users, () => numbers.next().value as number);
        if (new Set(parts).size < 3) return;
        const split = splitAsGiven(log, parts, 0.1);
        const names = ["train", "validation", "test"] as const;
        expect(partByLine(split)).toEqual(new Map(Array.from(parts, (part, row) => [log.lines[row], names[part]])));
        const key = (of: EventLog, row: number) =>
          `${of.userIds[of.users[row]]}\n${of.itemIds[of.items[row]]}\n${of.times[row]}\n${of.lines[row]}`;
        const all = (of: EventLog) => Array.from(of.users.keys(), (row) => key(of, row)).sort();
        expect(all(split.log)).toEqual(all(log));
      }),
      { seed: 2 },
    );
  });
});

describe("any kind", () => {
  const options = fc.record({
    kind: fc.constantFrom("auto" as const, ...(Object.keys(SPLIT_KINDS) as SplitKind[])),
    lastPlays: fc.integer({ min: 1, max: 3 }),
    targets: fc.constantFrom("successive" as const, "last" as const),
    seed: fc.nat(5),
    validationShare: fc.constantFrom(0.1, 0.3),
    testShare: fc.constantFrom(0.1, 0.3),
  });

  test("the same log, configuration and seed give the same bytes, and every event is in one part", () => {
    let accepted = 0;
    fc.assert(
      fc.property(eventLogs({ events: 40 }), options, (log, chosen) => {
        const context = {
          ...NOTHING,
          sessionGapMinutes: 0.05,
          parts: log.users.map((_, row) => row % 3) as unknown as Uint8Array,
        };
        const cut = () => splitLog(log, config(chosen), { ...context, parts: Uint8Array.from(context.parts) });
        let first: SplitLog;
        try {
          first = cut();
        } catch (error) {
          expect(error).toBeInstanceOf(RefrainError);
          expect(error).toMatchObject({ code: "EMPTY_CASES" });
          return;
        }
        accepted++;
        const bytes = (split: SplitLog) =>
          [split.log.users, split.log.items, split.log.times, split.log.lines, split.userStart]
            .concat([split.validationStart, split.testStart])
            .map((column) => Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString("hex"));
        const second = cut();
        expect(bytes(second)).toEqual(bytes(first));
        expect(second.description).toBe(first.description);
        expect(Array.from(first.log.lines).sort((a, b) => a - b)).toEqual(Array.from(log.lines).sort((a, b) => a - b));
        const { validationStart, testStart, userStart } = first;
        for (let u = 0; u < testStart.length; u++) {
          expect(userStart[u]).toBeLessThanOrEqual(validationStart[u]);
          expect(validationStart[u]).toBeLessThanOrEqual(testStart[u]);
          expect(testStart[u]).toBeLessThanOrEqual(userStart[u + 1]);
        }
        const histories = toHistories(first);
        for (const part of ["validation", "test"] as const)
          expect(evaluationCases(histories, part).length).toBeLessThanOrEqual(partSizes(first)[part]);
        expect(auditSplit(first).find(({ code }) => code === "test-size")?.count).toBe(partSizes(first).test);
      }),
      { numRuns: 300, seed: 3 },
    );
    expect(accepted).toBeGreaterThan(150);
  });

  test("plays at one time stay together in a cut by time, whatever their order in the file", () => {
    fc.assert(
      fc.property(eventLogs(), (log) => {
        let split: SplitLog;
        try {
          split = splitByTime(log, 13, 26);
        } catch {
          return;
        }
        const parts = partByLine(split);
        const seen = new Map<string, Part>();
        for (let row = 0; row < log.users.length; row++) {
          const key = `${log.users[row]}/${log.times[row]}`;
          const part = parts.get(log.lines[row]) as Part;
          expect(seen.get(key) ?? part).toBe(part);
          seen.set(key, part);
        }
      }),
    );
  });

  test("microseconds count: a play one microsecond before the moment is training, one at it is not", () => {
    const T = 1_700_000_000;
    const times = [T, T + 0.000001, T + 0.000002, T + 0.000003];
    const log = toLog(times.map((time) => ({ user: "u", item: "i", time })));
    expect(partSizes(splitByTime(log, T + 0.000002, T + 0.000003))).toMatchObject({ train: 2, validation: 1, test: 1 });
    const pause = toLog([T + 0.1, T + 1800.1, T + 3600.100001].map((time) => ({ user: "u", item: "i", time })));
    expect(toSessions(pause, 30).userIds).toEqual(["u/1", "u/2"]);
  });

  test("auto takes the given split, sessions for one person, time, or leave-one-out", () => {
    const log = toLog([1, 2, 3].flatMap((time) => ["a", "b"].map((user) => ({ user, item: "i", time }))));
    const alone = toLog([1, 2, 3].map((time) => ({ user: "me", item: "i", time })));
    expect(splitKind(log, config(), { ...NOTHING, parts: new Uint8Array(6) })).toBe("given");
    expect(splitKind(alone, config(), NOTHING)).toBe("sessions");
    expect(splitKind(log, config(), NOTHING)).toBe("time");
    expect(splitKind({ ...log, hasTimes: false }, config(), NOTHING)).toBe("leave-one-out");
    expect(splitKind({ ...alone, hasTimes: false }, config(), NOTHING)).toBe("leave-one-out");
  });

  test("sessions that the log names are not cut again", () => {
    const rows = [0, 9000, 20_000, 30_000].flatMap((time, n) => [time, time + 4000].map((t) => ({ n, t })));
    const log = toLog(rows.map(({ n, t }) => ({ user: `s${n}`, item: "i", time: t })));
    const cut = (usersAreSessions: boolean) =>
      splitLog(log, config({ kind: "sessions", validationShare: 0.25, testShare: 0.25 }), {
        sessionGapMinutes: null,
        usersAreSessions,
      });
    expect(cut(true).log.userIds.length).toBe(4);
    expect(cut(false).log.userIds.length).toBe(8);
    expect(cut(true).description).toContain("as the log names them");
  });
});

describe("what cannot be cut", () => {
  const order = { ...toLog([1, 2, 3].map((time) => ({ user: "u", item: "i", time }))), hasTimes: false };
  test.each<[string, Partial<SplitConfig>]>([
    ["sessions without times", { kind: "sessions" }],
    ["days without times", { kind: "time", days: 1 }],
    ["given without parts", { kind: "given" }],
  ])("%s", (_, options) => {
    expect(() => splitLog(order, config(options), NOTHING)).toThrow(coded("SPLIT_INVALID"));
  });

  test("a part of another number, no days, too many or too few held out", () => {
    expect(() => splitAsGiven(order, Uint8Array.of(0, 1, 3), 0.1)).toThrow(coded("SPLIT_INVALID"));
    expect(() => splitAsGiven(order, Uint8Array.of(0, 1), 0.1)).toThrow(coded("SHAPE_MISMATCH"));
    expect(() => momentsByDays(order.times, 0)).toThrow(coded("ARGUMENT_INVALID"));
    expect(() => leaveLastOut(order, 0)).toThrow(coded("ARGUMENT_INVALID"));
    expect(() => splitSessions(order, 3, 3)).toThrow(coded("ARGUMENT_INVALID"));
    expect(() => splitLog(order, config({ kind: "users" }), NOTHING)).toThrow(coded("EMPTY_CASES"));
  });

  test.each<[string, Record<string, unknown>]>([
    ["an unknown kind", { kind: "random" }],
    ["shares of one", { validationShare: 0.5, testShare: 0.5 }],
    ["no plays", { lastPlays: 0 }],
    ["no days", { days: 0 }],
  ])("the schema refuses %s", (_, options) => {
    expect(() => config(options as never)).toThrow(coded("CONFIG_INVALID"));
  });

  test("names of parts", () => {
    expect(["Train", "valid", "dev", "TEST", "__proto__", ""].map(partNumber)).toEqual([
      0,
      1,
      1,
      2,
      undefined,
      undefined,
    ]);
  });
});

describe("a given split without validation", () => {
  test("takes the latest of training by time", () => {
    const log = toLog(Array.from({ length: 20 }, (_, time) => ({ user: `u${time % 2}`, item: "i", time })));
    const parts = Uint8Array.from(log.times, (time) => (time >= 15 ? 2 : 0));
    const split = splitAsGiven(log, parts, 0.2);
    expect(partSizes(split)).toEqual({ train: 12, validation: 3, test: 5, context: 0 });
    expect(split.description).toContain("validation from the end of training");
  });

  test("and each user's last of three where there are no times", () => {
    const rows = [..."aaaabb"].map((user, time) => ({ user, item: "i", time }));
    const log = { ...toLog(rows), hasTimes: false };
    const split = splitAsGiven(log, Uint8Array.of(0, 0, 0, 2, 0, 2), 0.2);
    expect([...partByLine(split).values()]).toEqual(["train", "train", "validation", "test", "train", "test"]);
  });
});

describe("minimum support in the training part", () => {
  test("is the k-core of that part, and other parts have no say", () => {
    fc.assert(
      fc.property(eventLogs(), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (log, users, items) => {
        let split: SplitLog;
        try {
          split = splitByTime(log, 20, 30);
        } catch {
          return;
        }
        let left = Array.from(log.users.keys()).filter((row) => log.times[row] < 20);
        const often = (column: Int32Array, code: number) => left.filter((row) => column[row] === code).length;
        for (let size = -1; size !== left.length; ) {
          size = left.length;
          left = left.filter((row) => often(log.users, log.users[row]) >= users);
          left = left.filter((row) => often(log.items, log.items[row]) >= items);
        }
        const histories = toHistories(split, { minimumUserPlays: users, minimumItemPlays: items });
        const trained = trainHistories(histories).map(({ user, items: own }) => [
          histories.users.ids[user],
          Array.from(own, (item) => histories.items.ids[item]),
        ]);
        const expected = [...new Set(left.map((row) => log.users[row]))].map((user) => [
          log.userIds[user],
          left.filter((row) => log.users[row] === user).map((row) => log.itemIds[log.items[row]]),
        ]);
        expect(trained).toEqual(expected);
      }),
    );
  });

  test("sessions share the place of their owner in the user vocabulary", () => {
    const rows = [0, 10, 5000, 5010, 9000, 9010].map((time) => ({ user: "me", item: `i${time % 2}`, time }));
    const histories = toHistories(splitSessions(toSessions(toLog(rows), 30), 5000, 9000));
    expect(histories.users.ids).toEqual(["", "me"]);
    expect(Array.from(histories.userIndex)).toEqual([1, 1, 1]);
    expect(trainHistories(histories).length).toBe(1);
    expect(evaluationCases(histories, "test").map(({ user, history }) => [user, history.length])).toEqual([[1, 1]]);
  });
});
