import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fitPopularity } from "../../src/baseline/index.js";
import { drawCandidates, evaluate, protocolConfig, protocolSentence, rankTargets } from "../../src/evaluate/index.js";
import { evaluationCases, toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { markovWorld } from "../support/worlds.js";
import { hasCode, tableScorer } from "./helpers.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const histories = toHistories(leaveOneOut(markovWorld({ users: 30, items: 40, plays: 12 }).log));
const cases = evaluationCases(histories, "test");

describe.each(["uniform", "popularity"] as const)("%s", (candidates) => {
  const protocol = protocolConfig({ candidates, negatives: 10 });

  test("gives different items that the listener has not heard, the same ones every time", async () => {
    const [draw, again, other] = await Promise.all([
      drawCandidates(protocol, histories),
      drawCandidates(protocol, histories),
      drawCandidates({ ...protocol, seed: 2 }, histories),
    ]);
    for (const [at, each] of cases.entries()) {
      const drawn = draw!(each, at);
      expect(new Set(drawn).size).toBe(10);
      for (const item of drawn) expect(each.history.includes(item) || item === each.target || item < 1).toBe(false);
      expect(again!(each, at)).toEqual(drawn);
    }
    expect(cases.some((each, at) => String(other!(each, at)) !== String(draw!(each, at)))).toBe(true);
  });

  test("takes all that are left where there are too few", async () => {
    const draw = await drawCandidates({ ...protocol, negatives: 500 }, histories);
    const left = histories.items.size - new Set([...cases[0].history, cases[0].target]).size;
    expect(draw!(cases[0], 0)).toHaveLength(left);
  });

  test("figures are larger than of the whole catalogue, and the card says that it is a sample", async () => {
    const scorer = tableScorer(histories.items.size, (row, item) => (row * 31 + item * 17) % 23);
    const full = await evaluate(scorer, histories, "test");
    const sampled = await evaluate(scorer, histories, "test", protocol);
    const value = (of: typeof full) => of.metrics.find(({ name }) => name === "HR@5")!.value;
    expect(value(sampled)).toBeGreaterThan(value(full));
    expect(sampled.protocol).toMatchObject({ candidates, negatives: 10 });
    expect(protocolSentence(sampled.protocol)).toContain("SAMPLED ranking among 10 items");
    expect(full.protocol.negatives).toBeUndefined();
  });
});

test("by popularity, what is played more is drawn more", async () => {
  const draw = await drawCandidates(protocolConfig({ candidates: "popularity", negatives: 3 }), histories);
  const drawn = new Array<number>(histories.items.size + 1).fill(0);
  for (let row = 0; row < 500; row++)
    for (const item of draw!({ user: 1, userCode: 0, row, target: 40, history: Int32Array.of(40) }, row)) drawn[item]++;
  const sum = (from: number, to: number) => drawn.slice(from, to).reduce((all, each) => all + each, 0);
  expect(sum(1, 11)).toBeGreaterThan(sum(29, 39));
});

describe("file", () => {
  const write = (name: string, lines: string[]) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join("\n")}\n`);
    return protocolConfig({ candidates: "file", negativesFile: path });
  };
  const { userIds, itemIds } = histories.split.log;

  test("ranks the target among the items of its user's line; what cannot be scored is left out", async () => {
    const line = (at: number) => [1, 2, 3].map((step) => itemIds[(at + step) % itemIds.length]);
    const protocol = write(
      "all.txt",
      userIds.map((id, at) => `${id} ${line(at).join(" ")} unheard-of`),
    );
    const candidates = await drawCandidates(protocol, histories);
    const scorer = tableScorer(histories.items.size, (row, item) => (row * 7 + item * 11) % 13);
    const ranks = await rankTargets(scorer, cases, protocol, { candidates });
    cases.forEach(({ target, userCode, row }, n) => {
      const score = (item: number) => (row * 7 + item * 11) % 13;
      const others = line(userCode)
        .map((id) => histories.items.indexOf(id))
        .filter((item) => item > 0 && item !== target);
      const above = others.filter((item) => score(item) > score(target)).length;
      const same = others.filter((item) => score(item) === score(target)).length;
      expect(ranks[n]).toBe(1 + above + same / 2);
    });
  });

  test("must have a line for every user, and must be there", async () => {
    const protocol = write("few.txt", [
      `${userIds[0]} ${itemIds[0]} ${itemIds[1]}`,
      `${userIds[1]} ${itemIds[0]} ${itemIds[1]}`,
    ]);
    await expect(evaluate(fitPopularity(histories), histories, "test", protocol)).rejects.toThrow(
      hasCode("SHAPE_MISMATCH", "a line for every user"),
    );
    const missing = { candidates: "file", negativesFile: join(folder, "nosuch.txt") } as const;
    await expect(evaluate(fitPopularity(histories), histories, "test", missing)).rejects.toThrow(
      hasCode("FILE_NOT_FOUND"),
    );
  });

  test("ranking without the candidates of the protocol is refused", async () => {
    const scorer = tableScorer(histories.items.size, () => 1);
    await expect(rankTargets(scorer, cases, { candidates: "uniform" })).rejects.toThrow(
      hasCode("ARGUMENT_INVALID", "drawCandidates"),
    );
  });
});
