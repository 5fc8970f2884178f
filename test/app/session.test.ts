// An opened run, without a model.
import { expect, test } from "vitest";
import { ranksOf, type Session } from "../../app/engine/session.js";

test("ranks are worked out once, and anew where that failed", async () => {
  let asked = 0;
  const scorer = {
    name: "fake",
    itemCount: 2,
    score: async () => {
      if (++asked === 1) throw new Error("no memory");
      return Float32Array.of(0, 1, 2);
    },
  };
  const session = {
    saved: { scorer },
    record: { config: { protocol: {} } },
    cases: [{ user: 1, userCode: 0, target: 1, history: Int32Array.of(2), row: 0 }],
  } as unknown as Session;
  await expect(ranksOf(session)).rejects.toThrow("no memory");
  expect([...(await ranksOf(session))]).toEqual([2]);
  expect(await ranksOf(session)).toBe(session.ranks);
  expect(asked).toBe(2);
});
