import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SuggestionList } from "../../app/engine/protocol.js";
import { modelConfig, RecurrentModel, runConfig, saveModel, startEngine, Vocabulary } from "../../src/index.js";
import { askServer, canShowWindows, useApp, visit, WINDOW_NEEDS } from "../support/app-window.js";
import { writeRun } from "../support/runs.js";

const USERS = 5000;
const ITEMS = 100_000;
const PLAYS = 60;
const WHAT_IFS = 20;
const START = 1_700_000_000;

describe.skipIf(!canShowWindows)(`the app with 100,000 songs (${WINDOW_NEEDS})`, () => {
  const item = (user: number, play: number) => 1 + ((user * 7919 + play * 104_729) % ITEMS);
  const history = Array.from({ length: PLAYS }, (_, play) => `s${item(1, play)}`);

  const app = useApp(async (folder) => {
    const runs = join(folder, "runs");
    await startEngine("train");
    writeRun(runs, "large", { config: runConfig({ data: { path: join(runs, "gone.csv") } }) });
    const model = new RecurrentModel(modelConfig({ embeddingSize: 64, hiddenSize: 64 }), ITEMS, USERS, 1);
    const titles = ["", ...Array.from({ length: ITEMS }, (_, n) => `Artist ${n % 900} - Song ${n + 1}`)];
    const perUser = <T>(of: (user: number, play: number) => T) =>
      Array.from({ length: USERS + 1 }, (_, user) =>
        user === 0 ? [] : Array.from({ length: PLAYS }, (_play, play) => of(user, play)),
      );
    saveModel(join(runs, "large"), model, {
      name: "LSTM",
      items: new Vocabulary(Array.from({ length: ITEMS }, (_, n) => `s${n + 1}`)),
      users: new Vocabulary(Array.from({ length: USERS }, (_, n) => `u${n + 1}`)),
      titles,
      aliases: titles.map(() => []),
      histories: perUser(item),
      times: perUser((_, play) => START + play * 5000),
      windowLength: 100,
    });
    model.dispose();
  });

  const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const began = performance.now();
    return [await work(), performance.now() - began];
  };

  test("a change of the history is answered fast, and everything else in seconds", { timeout: 180_000 }, async () => {
    const ask = (plays: readonly string[]) =>
      askServer<SuggestionList>(app.server, "/runs/large/suggest", {
        user: "u1",
        history: plays,
        times: plays.map((_, play) => START + play * 5000),
        k: 20,
        watch: ["s5"],
      });
    const [, opening] = await timed(() => ask(history));
    await new Promise((resolve) => setTimeout(resolve, 1500)); // the states of the history are made meanwhile
    const times: number[] = [];
    for (let change = 1; change <= WHAT_IFS; change++)
      times.push((await timed(() => ask(history.slice(0, PLAYS - change))))[1]);
    const p95 = times.toSorted((a, b) => a - b)[Math.floor(WHAT_IFS * 0.95)];
    const get = <T>(path: string) => timed(() => askServer<T>(app.server, `/runs/large/${path}`));
    const [list, listTime] = await get<{ total: number }>("listeners?search=u49&limit=2000");
    const [found, searchTime] = await get<{ songs: { title: string }[] }>("songs?search=song%2099999&limit=8");
    const [near, nearTime] = await get<{ neighbours: unknown[] }>("neighbours?item=s7");
    const [, nextTime] = await get<{ neighbours: unknown[] }>("neighbours?item=s8");
    const [map, mapTime] = await get<{ points: unknown[] }>("map?limit=1500");
    const whole = (milliseconds: number) => milliseconds.toFixed(0);
    console.log(
      `100,000 songs: opened in ${whole(opening)} ms; what-if p95 ${whole(p95)} ms; listeners ${whole(listTime)}, search ` +
        `${whole(searchTime)}, neighbours ${whole(nearTime)}, of a second song ${whole(nextTime)}, map ${whole(mapTime)} ms`,
    );
    expect([list.total > 100, found.songs[0].title, near.neighbours.length]).toEqual([true, "Song 99999", 12]);
    expect(map.points.length).toBe(1500);
    expect(nextTime).toBeLessThan(1500); // wanted are 300 ms
    expect(mapTime).toBeLessThan(3000);
    expect(p95).toBeLessThan(500); // wanted are 100 ms; other tests share this machine's processors
  });

  test("Explore and Items in a window: only what is in sight is drawn", { timeout: 180_000 }, async () => {
    const { page, problems, server } = app;
    await page.goto(server.url);
    await visit(page, "/explore/large?user=u1");
    const list = page.getByRole("region", { name: "What comes next" }).first();
    await list.getByRole("listitem").first().waitFor({ timeout: 60_000 });
    await page.getByText("5,000 listeners").waitFor();
    expect(await page.getByRole("option").count()).toBeLessThan(60);
    await page.getByRole("searchbox", { name: "Search listeners" }).fill("u4999");
    await page.getByRole("option", { name: /^u4999/ }).click();
    await page.waitForURL(/user=u4999/);
    await list.getByRole("listitem").first().waitFor();
    await page.getByRole("combobox", { name: "Add a song" }).fill("song 99998");
    await page.getByRole("option", { name: /Song 99998/ }).click();
    await page.getByText("Changes: 1.").waitFor();
    await visit(page, "/items/large?item=s7");
    await page.locator(".main-svg").first().waitFor({ timeout: 60_000 });
    await page.getByText("100,000").first().waitFor();
    await page.getByRole("heading", { name: "Nearest songs" }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});
