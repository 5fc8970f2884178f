import { expect, test } from "vitest";
import { fitting } from "../../src/recipes/fit.js";
import { toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { markovWorld } from "../support/worlds.js";

const histories = toHistories(leaveOneOut(markovWorld({ users: 10, plays: 10 }).log));
const bpr = { name: "bpr", options: { epochs: 5, factors: 2 } };

test("says how far a fit is, and gives the scorer", async () => {
  const seen: number[] = [];
  const events = fitting(bpr, histories, undefined, 0);
  let next = await events.next();
  for (; !next.done; next = await events.next()) {
    expect(next.value).toMatchObject({ type: "fitting", scorer: "bpr", all: 5 });
    expect(next.value.secondsLeft).toBeGreaterThan(0);
    seen.push(next.value.done);
  }
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(next.value.name).toBe("BPR");
});

test("stops between two rounds, and throws what a fit throws", async () => {
  const abort = new AbortController();
  const events = fitting({ ...bpr, options: { epochs: 10_000 } }, histories, abort.signal, 0);
  expect((await events.next()).done).toBe(false);
  abort.abort(new Error("enough"));
  await expect(
    (async () => {
      while (!(await events.next()).done);
    })(),
  ).rejects.toThrow("enough");
  await expect(fitting({ name: "magic" }, histories).next()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});
