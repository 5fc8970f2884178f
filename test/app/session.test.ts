// An opened run, without a model.
import { join } from "node:path";
import { expect, test } from "vitest";
import { heardOf } from "../../app/engine/heard.js";
import { type Session, testedOf, userOf } from "../../app/engine/session.js";
import { readings, runConfig } from "../../src/recipes/index.js";
import { evaluationCases, toHistories } from "../../src/sequence/histories.js";
import { toSessions } from "../../src/sequence/sessions.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { Vocabulary } from "../../src/sequence/vocabulary.js";
import { withFolder } from "../support/cli.js";
import { cycleWorld } from "../support/worlds.js";

test("ranks are worked out once, and anew where that failed; they count as a reading of the test part", async () => {
  await withFolder(async (runs) => {
    const histories = toHistories(leaveOneOut(cycleWorld()));
    let asked = 0;
    const scorer = {
      name: "fake",
      itemCount: histories.items.size,
      score: async (queries: readonly unknown[]) => {
        if (++asked === 1) throw new Error("no memory");
        const row = Float32Array.from(
          { length: histories.items.size + 1 },
          (_, item) => item || Number.NEGATIVE_INFINITY,
        );
        return Float32Array.from(queries.flatMap(() => [...row]));
      },
    };
    const prepared = { histories, dataHash: "0", path: "x.csv" };
    const session = {
      folder: join(runs, "one"),
      saved: { scorer },
      record: { id: "one", config: runConfig({}) },
      prepared,
    } as unknown as Session;
    await expect(testedOf(session)).rejects.toThrow("no memory");
    expect(readings(runs, prepared)).toEqual([]);
    const { evaluation } = await testedOf(session);
    // A song with a higher number has a higher score.
    const wanted = evaluationCases(histories, "test").map(({ target }) => histories.items.size - target + 1);
    expect([...evaluation.ranks]).toEqual(wanted);
    expect(await testedOf(session)).toBe(session.tested);
    expect(asked).toBe(2);
    expect(readings(runs, prepared)).toMatchObject([{ model: "one", by: "app", times: 1 }]);
    await expect(testedOf({ ...session, prepared: undefined, note: "gone" })).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
      message: "gone",
    });
  });
});

test("a history is read with its times and without what the model does not know; a session is its owner's", () => {
  const saved = { items: new Vocabulary(["a", "b"]), users: new Vocabulary(["u0", "u1"]) };
  const session = { saved, prepared: undefined } as unknown as Session;
  const asked = { user: "u1", history: ["b", "?", "a"], times: [5, 6, null], now: 9 };
  expect(heardOf(session, asked)).toEqual({ user: 2, items: [2, 1], times: [5, Number.NaN], places: [0, 2], now: 9 });
  expect(heardOf(session, { ...asked, times: [], now: null })).toMatchObject({
    times: [Number.NaN, Number.NaN],
    now: Number.NaN,
  });
  expect(() => heardOf(session, { ...asked, times: [1] })).toThrow("one for each of 3 plays, got 1");
  const log = toSessions(cycleWorld(), 1);
  const prepared = { log, histories: toHistories(leaveOneOut(cycleWorld())) };
  const ofSessions = { saved, prepared: { ...prepared, histories: { userIndex: [7] } } } as unknown as Session;
  expect([userOf(ofSessions, log.userIds[0]), userOf(session, "u0"), userOf(session, null)]).toEqual([7, 1, 0]);
});
