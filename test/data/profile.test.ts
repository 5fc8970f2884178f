import { describe, expect, test } from "vitest";
import type { EventLog } from "../../src/core/types.js";
import { profileLog } from "../../src/data/index.js";

/** u0 plays a, a, b (the last an hour later); u1 plays a, c at one moment. */
const LOG: EventLog = {
  users: Int32Array.of(0, 0, 0, 1, 1),
  items: Int32Array.of(0, 0, 1, 0, 2),
  times: Float64Array.of(0, 60, 3660, 86_400, 86_400),
  userIds: ["u0", "u1"],
  itemIds: ["a", "b", "c"],
  itemTitles: ["a", "b", "c"],
  lines: Int32Array.of(1, 2, 3, 4, 5),
  hasTimes: true,
};

describe("profileLog", () => {
  test("counts a log that fits on a hand", () => {
    expect(profileLog(LOG)).toEqual({
      users: 2,
      items: 3,
      events: 5,
      density: 4 / 6,
      firstDay: "1970-01-01",
      lastDay: "1970-01-02",
      playsPerUser: [2, 2, 3, 3, 3, 3, 3],
      playsPerItem: [1, 1, 1, 3, 3, 3, 3],
      popularityShare: { "1 %": 0.6, "5 %": 0.6, "10 %": 0.6, "20 %": 0.6, "50 %": 0.8 },
      gini: expect.closeTo(4 / 15, 12),
      repeatShare: 0.2,
      tiedTimeShare: 0.2,
      sessions: { gapMinutes: 30, count: 3, lengths: [1, 1, 2, 2, 2, 2, 2] },
    });
    expect(profileLog(LOG, 60).sessions?.count).toBe(2);
  });

  test("an order has no days, ties and sessions, and JSON holds all of it", () => {
    const profile = profileLog({ ...LOG, hasTimes: false });
    expect(profile).toMatchObject({ firstDay: undefined, tiedTimeShare: 0, sessions: undefined });
    expect(JSON.parse(JSON.stringify(profile)).events).toBe(5);
  });

  test("coded errors", () => {
    expect(() => profileLog(LOG, 0)).toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
    const empty = { ...LOG, users: new Int32Array(), items: new Int32Array(), times: new Float64Array() };
    expect(() => profileLog(empty)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });
});
