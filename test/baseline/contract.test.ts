import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type BaselineChoice, fitBaseline, TECHNIQUE_NAMES } from "../../src/baseline/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { toSessions } from "../../src/sequence/sessions.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { splitSessions } from "../../src/sequence/split-apart.js";
import { scorerContract } from "../contract/scorer.js";
import { cycleWorld, markovWorld, toLog } from "../support/worlds.js";

/** Two listeners with 20 sittings each, of which the last four are validation and test. */
function sessionWorld() {
  const sittings = Array.from({ length: 20 * 5 }, (_, at) => ({
    time: Math.floor(at / 5) * 86_400 + (at % 5) * 60,
    at,
  }));
  const rows = ["a", "b"].flatMap((user) =>
    sittings.map(({ time, at }) => ({ user, item: `i${(at * at + (user === "a" ? 0 : 5)) % 11}`, time })),
  );
  return toHistories(splitSessions(toSessions(toLog(rows), 30), 16 * 86_400, 18 * 86_400));
}

/** A world of which the training part leaves out a user, who came late, and an item for want of plays. */
function coreWorld() {
  const usual = Array.from({ length: 8 * 14 }, (_, at) => ({
    user: `u${at % 8}`,
    item: `i${(at + (at % 8)) % 12}`,
    time: at * 3600,
  }));
  const rare = [0, 1].map((time) => ({ user: "u0", item: "rare", time: time - 2 }));
  const late = [1, 2, 3, 4].map((item) => ({ user: "late", item: `i${item}`, time: 1e9 + item }));
  const split = leaveOneOut(toLog([...usual, ...rare, ...late]));
  return toHistories(split, { minimumUserPlays: 3, minimumItemPlays: 3 });
}

const worlds = {
  cycle: toHistories(leaveOneOut(cycleWorld())),
  random: toHistories(leaveOneOut(markovWorld().log)),
  session: sessionWorld(),
  core: coreWorld(),
};
const folder = mkdtempSync(join(tmpdir(), "refrain-vectors-"));
const file = join(folder, "vectors.csv");
writeFileSync(file, Array.from({ length: 20 }, (_, i) => `i${i},${Math.cos(i)},${Math.sin(i)}`).join("\n"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every technique with small options, and some a second time with others. */
const choices: readonly BaselineChoice[] = [
  { name: "popularity", options: {} },
  { name: "recent-popularity", options: { halfLife: 1e-3 } },
  { name: "personal-popularity", options: {} },
  { name: "markov", options: {} },
  { name: "sequential-rules", options: {} },
  { name: "context-tree", options: {} },
  { name: "item-knn", options: {} },
  { name: "item-knn", options: { window: "history", neighbours: 2 } },
  { name: "user-knn", options: { weight: "idf" } },
  { name: "cosine", options: { neighbours: 3 } },
  { name: "euclidean", options: { neighbours: 3 } },
  { name: "sknn", options: {} },
  { name: "vsknn", options: { sample: 5, neighbours: 3 } },
  { name: "vstan", options: { longest: 7 } },
  { name: "ials", options: { factors: 4, rounds: 2 } },
  { name: "bpr", options: { factors: 4, epochs: 2 } },
  { name: "ease", options: {} },
  { name: "item2vec", options: { size: 4, epochs: 1 } },
  { name: "rp3beta", options: {} },
  { name: "rp3beta", options: { back: true, beta: -1, neighbours: 1 } },
  { name: "lightgcn", options: { size: 4, epochs: 2 } },
  { name: "content", options: {} },
  { name: "vectors", options: { file } },
  { name: "blend", options: { of: ["markov", "ease"] } },
  { name: "blend", options: { of: ["markov", "content", "sknn"], calibration: "rank", seen: "remove", steps: 3 } },
  { name: "content-fallback", options: {} },
];

test("no technique is left out", () => {
  expect(new Set(choices.map(({ name }) => name))).toEqual(new Set(TECHNIQUE_NAMES));
});

test("the worlds are what they are for", () => {
  expect(worlds.session.users.size).toBe(2);
  expect(worlds.session.trained.filter((used) => used === 1).length).toBe(32);
  expect(worlds.core.users.indexOf("late")).toBe(0);
  expect(worlds.core.items.indexOf("rare")).toBe(0);
});

for (const [world, histories] of Object.entries(worlds))
  for (const choice of choices)
    scorerContract(
      `${choice.name} ${JSON.stringify(choice.options).replace(file, "…")} in the ${world} world`,
      () => fitBaseline(choice, histories),
      { userCount: histories.users.size },
    );
