// How a server finds items: which search it chooses, that a graph takes over, and what a swap does to it.
import { expect, test } from "vitest";
import { RefrainError } from "../../src/core/errors.js";
import { LARGEST_EXACT } from "../../src/deploy/index.js";
import { type GraphNews, type SearchName, startServer } from "../../src/serve/index.js";
import { chosenSearch } from "../../src/serve/item-search.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { writeServedRun } from "../support/served.js";

useEngine();

const json = { "Content-Type": "application/json" };
const USERS = ["u0", "u1", "u2", "new"];

async function listsOf(url: string) {
  const lists = USERS.map(async (user) => {
    const reply = await fetch(`${url}/v1/users/${user}/recommendations?k=8`);
    return ((await reply.json()) as { items: { item: string; score: number }[] }).items;
  });
  return Promise.all(lists);
}

const modelOf = async (url: string) => (await fetch(`${url}/v1/model`)).json();

function same(found: Awaited<ReturnType<typeof listsOf>>, wanted: Awaited<ReturnType<typeof listsOf>>) {
  expect(found.map((list) => list.map(({ item }) => item))).toEqual(wanted.map((list) => list.map(({ item }) => item)));
  found.flat().forEach(({ score }, n) => {
    expect(score).toBeCloseTo(wanted.flat()[n].score, 4);
  });
}

/** A server, and the news of its graphs one after another. */
async function started(runs: string, search?: SearchName) {
  const news: GraphNews[] = [];
  let tell: () => void = () => {};
  const server = await startServer({
    runs,
    run: "a",
    search,
    drain: 0,
    onGraph: (next) => {
      news.push(next);
      tell();
    },
  });
  const next = async () => {
    if (news.length === 0)
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    return news.shift() as GraphNews;
  };
  return { server, next, news };
}

test("exact up to a million items, approximate beyond, unless one is asked for or the library is not there", () => {
  const problem = new RefrainError("SEARCH_UNAVAILABLE", "The library usearch cannot be used here.");
  const [there, missing] = [() => undefined, () => problem];
  const choice = (wanted: SearchName, items: number, problemOf: () => RefrainError | undefined) => {
    const { isExact, reason } = chosenSearch(wanted, items, problemOf);
    return [isExact ? "exact" : "approximate", reason];
  };
  expect(LARGEST_EXACT).toBe(1_000_000);
  expect(choice("auto", LARGEST_EXACT, missing)).toEqual(["exact", "size"]);
  expect(choice("auto", LARGEST_EXACT + 1, there)).toEqual(["approximate", "size"]);
  expect(choice("auto", LARGEST_EXACT + 1, missing)).toEqual(["exact", "library"]);
  expect(choice("exact", LARGEST_EXACT + 1, missing)).toEqual(["exact", "asked"]);
  expect(choice("approximate", 5, there)).toEqual(["approximate", "asked"]);
  expect(() => choice("approximate", 5, missing)).toThrow(problem);
  expect(chosenSearch("auto", LARGEST_EXACT + 1, missing).problem).toBe(problem.message);
});

test("a small catalogue by its graph: the same lists as exact, recall 1, also after a swap", async () => {
  await withFolder(async (runs) => {
    writeServedRun(runs, "a", { options: { moment: false } });
    writeServedRun(runs, "b", { seed: 2, options: { moment: false, hiddenSize: 6, embeddingSize: 5 } });
    const exact = (await started(runs)).server;
    expect(exact.search()).toMatchObject({ isExact: true, reason: "size", items: 7 });
    const ofA = await listsOf(exact.url);
    expect(await modelOf(exact.url)).toMatchObject({ run: "a", search: "exact" });
    exact.swap("b");
    const ofB = await listsOf(exact.url);
    expect(exact.search()).toMatchObject({ isExact: true });
    await exact.stop();

    const { server, next } = await started(runs, "approximate");
    expect(server.search()).toMatchObject({ isExact: false, reason: "asked" });
    expect(await next()).toMatchObject({ run: "a", recall: { share: 1, listeners: 5, k: 7 } });
    expect(await modelOf(server.url)).toMatchObject({ run: "a", search: "approximate" });
    same(await listsOf(server.url), ofA);
    const old = server.model();
    const body = JSON.stringify({ run: "b" });
    const reply = await fetch(`${server.url}/v1/model`, { method: "POST", headers: json, body });
    // The new model answers at once, by looking at every item, and the old one holds no graph any more.
    expect(await reply.json()).toMatchObject({ run: "b", search: "exact" });
    expect(old.streaming.findItems).toBeUndefined();
    same(await listsOf(server.url), ofB);
    expect(await next()).toMatchObject({ run: "b", recall: { share: 1 } });
    expect(await modelOf(server.url)).toMatchObject({ run: "b", search: "approximate" });
    for (const user of USERS) {
      const play = JSON.stringify({ item: "i1", time: 1_700_000_000 });
      await fetch(`${server.url}/v1/users/${user}/plays`, { method: "POST", headers: json, body: play });
    }
    const found = await listsOf(server.url);
    server.model().streaming.findItems = undefined;
    // Asked for at another length, for a list is kept until the next play.
    const wanted = USERS.map(async (user) => {
      const all = await fetch(`${server.url}/v1/users/${user}/recommendations?k=6`);
      return ((await all.json()) as { items: { item: string; score: number }[] }).items;
    });
    same(
      found.map((list) => list.slice(0, 6)),
      await Promise.all(wanted),
    );
    await server.stop();
  });
});

test("a graph whose model was put out of use, or whose server stopped, is given up", async () => {
  await withFolder(async (runs) => {
    writeServedRun(runs, "a", { options: { moment: false } });
    const { server, next, news } = await started(runs, "approximate");
    const first = server.model();
    server.swap("a");
    server.swap("a");
    await next();
    const last = server.model();
    expect([first.streaming.findItems, typeof last.streaming.findItems]).toEqual([undefined, "function"]);
    server.swap("a");
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(news).toEqual([]);
  });
});

test("a search that is none is refused and leaves nothing held", async () => {
  await withFolder(async (runs) => {
    writeServedRun(runs, "a");
    const search = "faiss" as SearchName;
    await expect(startServer({ runs, search })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await (await startServer({ runs, drain: 0 })).stop();
  });
});
