// Plays from memory are the log that the same plays in a file are.
import { afterAll, describe, expect, test } from "vitest";
import { cleanLog, type PlayEvent, readEvents, readLog } from "../../src/data/index.js";
import { temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const START = Date.UTC(2024, 0, 1);
const plays: PlayEvent[] = Array.from({ length: 40 }, (_, n) => ({
  user: n % 4,
  item: `s${n % 7}`,
  time: new Date(START + n * 60_500),
  title: `Song ${n % 7}`,
  durationMs: n === 7 ? 900 : 200_000,
}));

describe("readEvents", () => {
  test("gives the log that a file of the same plays gives, with dates, milliseconds or texts", async () => {
    const path = folder.write("plays.jsonl", plays.map((play) => JSON.stringify(play)).join("\n"));
    const expected = cleanLog(await readLog(path)).log;
    const ways: ((time: Date) => PlayEvent["time"])[] = [
      (time) => time,
      (time) => time.getTime(),
      (time) => time.toJSON(),
    ];
    for (const way of ways) {
      const { log, report } = cleanLog(readEvents(plays.map((play) => ({ ...play, time: way(play.time as Date) }))));
      expect(log).toEqual(expected);
      expect([report.read, report.kept, log.hasTimes, log.userIds[3]]).toEqual([40, 39, true, "3"]);
    }
  });

  test("leaves it to cleaning to count what is blank, and takes the order where there are no times", () => {
    const timeless = plays.map(({ user, item }) => ({ user, item }));
    const raw = readEvents([...timeless, { user: "u", item: undefined as unknown as string }]);
    expect([...raw.columns.keys()]).toEqual(["user", "item"]);
    const { log, report } = cleanLog(raw);
    expect([report.read, report.kept, log.hasTimes]).toEqual([41, 40, false]);
    expect(report.steps.find(({ removed }) => removed === 1)?.lines).toEqual([41]);
    const invalid = readEvents([...plays, { user: 1, item: "s1", time: new Date(Number.NaN) }]);
    expect(cleanLog(invalid).report).toMatchObject({ read: 41, kept: 39 });
  });

  test("refuses no events by the name of the log", () => {
    expect(() => readEvents([], { name: "plays of the shop" })).toThrow(
      expect.objectContaining({ code: "FILE_EMPTY", message: expect.stringContaining("plays of the shop") }),
    );
  });
});
