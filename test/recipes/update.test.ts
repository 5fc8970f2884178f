// A run that is taught new plays, and the guard that decides whether it is kept.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeLog } from "../../src/data/index.js";
import { loadModel, saveModel } from "../../src/model/index.js";
import {
  knownPlays,
  readRecord,
  type UpdateEvent,
  type UpdateOptions,
  type UpdateResult,
  updateRun,
} from "../../src/recipes/index.js";
import { useEngine } from "../support/engine.js";
import { writeRun } from "../support/runs.js";
import { dated, newModel, shortTraining, smallModel, trainModel, worldOf } from "../support/training.js";
import { cycleWorld, toLog } from "../support/worlds.js";

useEngine();

let folder: string;
let runs: string;
let run: string;

/** Plays of a circle of `items` songs, from some hour on. */
function circle(users: string[], items: number, plays: number, from = 100) {
  return users.flatMap((user, u) =>
    Array.from({ length: plays }, (_, t) => ({ user, item: `i${(u + t) % items}`, time: from + t })),
  );
}

const USERS = Array.from({ length: 6 }, (_, u) => `u${u}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
  runs = join(folder, "runs");
  writeRun(runs, "mine");
  run = join(runs, "mine");
  const world = worldOf(dated(cycleWorld()));
  const config = shortTraining({ epochs: 12 });
  const record = readRecord(run);
  writeRun(runs, "mine", { config: { ...record.config, train: config } });
  const model = newModel(world, smallModel({ hour: false, moment: false }));
  await trainModel(model, { world, config });
  const { items, users, titles } = world.histories;
  const context = { name: "LSTM", items, users, titles, aliases: titles.map(() => []), windowLength: 20 };
  saveModel(run, model, { ...context, ...knownPlays(world.histories) });
  model.dispose();
  // As a listener exports them: with the old plays in front, more songs, and somebody new.
  const more = [...circle(USERS, 6, 30), ...circle(["new"], 6, 40, 90)];
  const old = circle(USERS, 5, 14, 0);
  writeLog(dated(toLog([...old, ...more])), join(folder, "new.csv"));
  writeLog(dated(toLog(old)), join(folder, "old.csv"));
  // The plays to train on run backwards, and those of the guard as ever.
  const turned = circle(USERS, 5, 40).map((play, at, all) => ({
    ...play,
    item: at % 40 < 32 ? all[at - (at % 40) + 31 - (at % 40)].item : play.item,
  }));
  writeLog(dated(toLog(turned)), join(folder, "turned.csv"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function update(options: Partial<UpdateOptions> = {}): Promise<{ events: UpdateEvent[]; result: UpdateResult }> {
  const events: UpdateEvent[] = [];
  const steps = updateRun(run, { data: join(folder, "new.csv"), runs, ...options });
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return { events, result: value };
    events.push(value);
  }
}

const hashOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("new plays, a new song and a new listener", () => {
  test("are learnt, in a run of its own; the old one stays as it was", async () => {
    const before = readdirSync(run).map((name) => hashOf(join(run, name)));
    const { events, result } = await update({ epochs: 6, rate: 1 });
    const [plays] = events;
    expect(plays).toMatchObject({ type: "plays", known: 6 * 14, newItems: 1, newUsers: 1, rare: 0 });
    expect(plays).toHaveProperty("training", 220 - (plays as { validation: number }).validation);
    expect(result).toMatchObject({ kept: true, metric: "NDCG@10", newItems: 1, newUsers: 1 });
    expect(result.after).toBeGreaterThan(result.before + 0.1);
    const saved = loadModel(result.folder as string);
    expect(saved.items.ids.slice(0, 6)).toEqual(loadOnly(run).items);
    const fresh = saved.items.indexOf("i5");
    expect([fresh, saved.titles.length, saved.users.indexOf("new")]).toEqual([6, 7, 7]);
    expect(saved.histories[1]).toHaveLength(14 + 30);
    expect(saved.times?.[7]).toHaveLength(40);
    const scores = (await saved.scorer.score([
      { user: 1, history: Int32Array.from(["i2", "i3", "i4"], (id) => saved.items.indexOf(id)) },
    ])) as Float32Array;
    expect(scores.indexOf(Math.max(...scores))).toBe(fresh);
    saved.model.dispose();
    expect(readRecord(result.folder as string)).toMatchObject({
      status: "finished",
      updatedFrom: { run: "mine", before: result.before, after: result.after },
    });
    expect(readdirSync(run).map((name) => hashOf(join(run, name)))).toEqual(before);
    rmSync(result.folder as string, { recursive: true });
  });

  test("are not kept where the guard is worse off: there is no new run", async () => {
    const { result } = await update({ data: join(folder, "turned.csv"), epochs: 2, rate: 5 });
    expect(result.after).toBeLessThan(result.before);
    expect(result).toMatchObject({ kept: false });
    expect(result.folder).toBeUndefined();
    expect(readdirSync(runs)).toEqual(["mine"]);
  });

  test("stop at once when they are interrupted, and nothing is kept", async () => {
    const signal = AbortSignal.abort();
    await expect(update({ signal })).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(readdirSync(runs)).toEqual(["mine"]);
  });
});

test("a log without anything new is refused, and so are shares that are none", async () => {
  await expect(update({ data: join(folder, "old.csv") })).rejects.toThrow(
    expect.objectContaining({ code: "TOO_LITTLE_DATA" }),
  );
  for (const guardShare of [0, 1, Number.NaN])
    await expect(update({ guardShare })).rejects.toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
});

function loadOnly(path: string): { items: readonly string[] } {
  const { model, items } = loadModel(path);
  model.dispose();
  return { items: items.ids };
}
