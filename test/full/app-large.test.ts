// The engine process of the app with 5,000 listeners and 100,000 songs, on weights that nobody trained: only time counts here.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { suggest } from "../../app/engine/explore.js";
import { itemMap, neighbours, songs } from "../../app/engine/items.js";
import { listeners } from "../../app/engine/listeners.js";
import { statePath } from "../../app/engine/states.js";
import { modelConfig, RecurrentModel, runConfig, saveModel, startEngine, Vocabulary } from "../../src/index.js";
import { isLongRun } from "../support/cli.js";
import { writeRun } from "../support/runs.js";

const USERS = 5000;
const ITEMS = 100_000;
const PLAYS = 60;

describe.skipIf(!isLongRun)("the app with 100,000 songs (needs REFRAIN_FULL=1)", () => {
  const runs = mkdtempSync(join(tmpdir(), "refrain-large-"));
  const run = join(runs, "large");
  const item = (user: number, play: number) => 1 + ((user * 7919 + play * 104_729) % ITEMS);
  const history = Array.from({ length: PLAYS }, (_, play) => `s${item(1, play)}`);

  beforeAll(async () => {
    await startEngine("train");
    writeRun(runs, "large", { config: runConfig({ data: { path: join(runs, "gone.csv") } }) });
    const model = new RecurrentModel(modelConfig({ embeddingSize: 64, hiddenSize: 64 }), ITEMS, USERS, 1);
    const titles = ["", ...Array.from({ length: ITEMS }, (_, n) => `Artist ${n % 900} - Song ${n + 1}`)];
    saveModel(run, model, {
      name: "LSTM",
      items: new Vocabulary(Array.from({ length: ITEMS }, (_, n) => `s${n + 1}`)),
      users: new Vocabulary(Array.from({ length: USERS }, (_, n) => `u${n + 1}`)),
      titles,
      aliases: titles.map(() => []),
      histories: Array.from({ length: USERS + 1 }, (_, user) =>
        user === 0 ? [] : Array.from({ length: PLAYS }, (_play, play) => item(user, play)),
      ),
      windowLength: 100,
    });
    model.dispose();
  }, 120_000);
  afterAll(() => rmSync(runs, { recursive: true, force: true }));

  test("a change of the history is answered fast, and everything else in seconds", { timeout: 180_000 }, async () => {
    const ask = (plays: readonly string[]) =>
      suggest({ run, user: "u1", history: plays, k: 20, newOnly: false, watch: ["s5"] });
    await ask(history);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // the states of the history are made meanwhile
    const times: number[] = [];
    for (let change = 1; change <= 20; change++) times.push((await ask(history.slice(0, PLAYS - change))).milliseconds);
    times.sort((a, b) => a - b);
    const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
      const began = performance.now();
      return [await work(), performance.now() - began];
    };
    const [list, listTime] = await timed(() => listeners({ run, order: "heavy", search: "u49", limit: 2000, seed: 1 }));
    const [found, searchTime] = await timed(() => songs({ run, search: "song 99999", limit: 8 }));
    const [near, nearTime] = await timed(() => neighbours({ run, item: "s7", limit: 12 }));
    const [map, mapTime] = await timed(() => itemMap({ run, limit: 1500 }));
    const [path, pathTime] = await timed(() => statePath({ run, user: "u1", history }));
    console.log(
      `100,000 songs: what-if p95 ${times[18].toFixed(0)} ms; listeners ${listTime.toFixed(0)}, search ${searchTime.toFixed(0)}, ` +
        `neighbours ${nearTime.toFixed(0)}, map ${mapTime.toFixed(0)}, states ${pathTime.toFixed(0)} ms`,
    );
    expect([list.total > 100, found[0].title, near.neighbours.length]).toEqual([true, "Song 99999", 12]);
    expect([map.points.length, path.steps.length]).toEqual([1500, PLAYS]);
    expect(times[18]).toBeLessThan(500); // 100 ms on a machine that does nothing else
  });
});
