// The service over requests, without a port: what a play changes, what a swap keeps, and who is refused.
import { join } from "node:path";
import { expect, test } from "vitest";
import { topK } from "../../src/core/topk.js";
import { loadModel, modelScorer } from "../../src/model/index.js";
import { readRecord } from "../../src/recipes/index.js";
import type { PlayStore, StoredPlay } from "../../src/serve/play-store.js";
import { stateToBytes } from "../../src/serve/state-bytes.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { type TestService, testService, world, writeServedRun } from "../support/served.js";

useEngine();

const T = 1_700_000_000;
const [A, B] = ["a", "b"];
const ITEMS = world.histories.items.ids.slice(1);

async function serving(
  work: (service: TestService, runs: string) => Promise<void>,
  options: Parameters<typeof testService>[2] = {},
): Promise<void> {
  await withFolder(async (runs) => {
    writeServedRun(runs, A, { options: { moment: false } });
    const service = await testService(runs, A, options);
    try {
      await work(service, runs);
    } finally {
      await service.close();
    }
  });
}

/** The list that a pass over a whole history gives, by the trainer's own scorer. */
function expected(runs: string, run: string, user: string, plays: readonly (readonly [string, number])[], k = 3) {
  const saved = loadModel(join(runs, run));
  const index = saved.users.indexOf(user);
  const history = Int32Array.from([...saved.histories[index], ...plays.map(([item]) => saved.items.indexOf(item))]);
  const times = Float64Array.from([...(saved.times?.[index] ?? []), ...plays.map(([, time]) => time)]);
  const scores = modelScorer(saved.model, "x", 1000).score([{ user: index, history, times }]) as Float32Array;
  saved.model.dispose();
  return Array.from(topK(scores, k), (item) => ({ item: saved.items.ids[item], score: scores[item] }));
}

function same(found: readonly { item: string; score: number }[], wanted: readonly { item: string; score: number }[]) {
  expect(found.map(({ item }) => item)).toEqual(wanted.map(({ item }) => item));
  found.forEach(({ score }, n) => {
    expect(score).toBeCloseTo(wanted[n].score, 3);
  });
}

test("each play changes the list as a pass over the whole history would, for known and new listeners", async () => {
  await serving(async ({ play, list }, runs) => {
    for (const user of ["u1", "夜 / new"]) {
      const plays: [string, number][] = [];
      same(await list(user, "?k=3"), expected(runs, A, user, plays));
      for (let n = 0; n < 6; n++) {
        plays.push([ITEMS[(3 * n) % ITEMS.length], T + 5000 * n * n]);
        const reply = await play(user, ...plays[n]);
        expect(await reply.json()).toEqual({ plays: n + 1, known: true, repeated: false });
        same(await list(user, "?k=3"), expected(runs, A, user, plays));
      }
    }
  });
});

test("many questions at once are answered as one after another", async () => {
  await serving(async ({ list }, runs) => {
    const users = ["u0", "u1", "u2", "u3", "new"];
    const asked = Array.from({ length: 90 }, (_, n) => [users[n % 5], 1 + (n % 7)] as const);
    const lists = await Promise.all(asked.map(([user, k]) => list(user, `?k=${k}`)));
    for (const [n, [user, k]] of asked.entries()) same(lists[n], expected(runs, A, user, [], k));
  });
});

test("seen=remove leaves out what was heard in the log and since", async () => {
  await serving(async ({ play, list }) => {
    const { length } = ITEMS;
    const all = await list("new", `?k=${length}`);
    expect(all.length).toBe(length);
    await play("new", all[0].item, T);
    const rest = await list("new", `?k=${length}&seen=remove`);
    expect(rest.length).toBe(length - 1);
    expect(rest.map(({ item }) => item)).not.toContain(all[0].item);
    await play("new", rest[0].item, T + 9);
    expect((await list("new", "?seen=remove")).map(({ item }) => item)).not.toContain(rest[0].item);
    const own = new Set((await list("u1", "?k=8&seen=remove")).map(({ item }) => item));
    const { log } = world.histories.split;
    log.items.forEach((code, row) => {
      if (log.userIds[log.users[row]] === "u1") expect(own.has(log.itemIds[code])).toBe(false);
    });
  });
});

test("a repeated request counts once, and an item that the model does not know is kept for later models", async () => {
  await serving(async ({ play, list, store }) => {
    await play("x", ITEMS[0], T);
    const before = await list("x");
    expect(await (await play("x", ITEMS[0], T)).json()).toEqual({ plays: 1, known: true, repeated: true });
    expect(await (await play("x", "new song", T + 1)).json()).toEqual({ plays: 2, known: false, repeated: false });
    expect(await list("x")).toEqual(before);
    expect(await store.playsOf("x")).toEqual([
      { item: ITEMS[0], time: T },
      { item: "new song", time: T + 1 },
    ]);
  });
});

test("a model is swapped under load: every request is answered, plays count once in both models", async () => {
  await serving(async ({ play, list, ask, models }, runs) => {
    writeServedRun(runs, B, { seed: 2, options: { moment: false, hiddenSize: 6 } });
    const plays: [string, number][] = [];
    const work: Promise<unknown>[] = [];
    for (let n = 0; n < 40; n++) {
      plays.push([ITEMS[n % ITEMS.length], T + 60 * n]);
      work.push(play("x", ...plays[n]).then((reply) => expect(reply.status).toBe(200)));
      work.push(list("x").then((items) => expect(items.length).toBe(ITEMS.length)));
      if (n % 10 === 5) {
        const run = n % 20 === 5 ? B : A;
        const body = JSON.stringify({ run });
        const init = { method: "POST", headers: { "Content-Type": "application/json" }, body };
        work.push(ask("/v1/model", init).then(async (reply) => expect(await reply.json()).toMatchObject({ run })));
      }
    }
    await Promise.all(work);
    expect(models.current.id).toBe(A);
    // Rebuilt states begin at a window of the last plays; with 40 plays and windows of 20 that is the first play.
    same(await list("x", "?k=3"), expected(runs, A, "x", plays));
  });
});

test("a kept state takes the few plays that came since; after many the last windows are read", async () => {
  const plays = Array.from({ length: 12 }, (_, n) => ({ item: ITEMS[(n * n) % ITEMS.length], time: T + 60 * n }));
  for (const since of [8, 9]) {
    const kept = plays.length - since;
    const store = memoryOf(plays);
    // Made from other plays than the store has, so that it is seen whether it was used.
    const other = Array.from({ length: kept }, (): [string, number] => [ITEMS[5], T]);
    store.keptState = async () => {
      const { fingerprint, saved, streaming } = service.models.current;
      const items = Int32Array.from(other, ([item]) => saved.items.indexOf(item));
      const [state] = streaming.after([{ user: 0, items, times: Float64Array.from(other, ([, time]) => time) }]);
      return { fingerprint, plays: kept, bytes: stateToBytes(state) };
    };
    let service: TestService;
    await serving(
      async (started, runs) => {
        service = started;
        const all = plays.map(({ item, time }): [string, number] => [item, time]);
        const heard = since === 8 ? [...other, ...all.slice(kept)] : all;
        same(await started.list("x", "?k=3"), expected(runs, A, "x", heard));
      },
      { store },
    );
  }
});

test("plays that a later model was trained on count once", async () => {
  const { log } = world.histories.split;
  const rows = Array.from(log.users.keys()).filter((row) => log.userIds[log.users[row]] === "u1");
  // They came in while an earlier model answered, and are in the log of this one; the last one came later.
  const stored = rows.slice(-3).map((row) => ({ item: log.itemIds[log.items[row]], time: log.times[row] + 0.25 }));
  const later = { item: ITEMS[4], time: T };
  const store = memoryOf([...stored, later]);
  await serving(async ({ list }, runs) => same(await list("u1", "?k=3"), expected(runs, A, "u1", [[ITEMS[4], T]])), {
    store,
  });
});

/** A store that holds some plays of everybody. */
function memoryOf(plays: readonly StoredPlay[]): PlayStore {
  const nothing = async () => {};
  return {
    name: "memory",
    description: "",
    append: async () => plays.length + 1,
    playsOf: async () => plays,
    keptState: async () => undefined,
    keepState: nothing,
    forget: async () => 0,
    isForgotten: () => false,
    close: nothing,
  };
}

test("forgetting: neither plays nor what the model knew of the listener are used any more", async () => {
  await serving(async ({ play, list, ask }, runs) => {
    await play("u1", ITEMS[2], T);
    const reply = await ask("/v1/users/u1", { method: "DELETE" });
    expect(await reply.json()).toEqual({ plays: 1 });
    same(await list("u1", "?k=3"), expected(runs, A, "nobody", []));
    await play("u1", ITEMS[1], T + 9);
    same(await list("u1", "?k=3"), expected(runs, A, "nobody", [[ITEMS[1], T + 9]]));
  });
});

test("names at random fill no memory, and the oldest states leave it", async () => {
  await serving(
    async ({ play, list, listeners }, runs) => {
      for (let n = 0; n < 20; n++) await list(`guess ${n}`);
      expect(listeners.size).toBe(0);
      for (let n = 0; n < 5; n++) await play(`p${n}`, ITEMS[0], T + n);
      expect(listeners.size).toBe(3);
      same(await list("p0", "?k=3"), expected(runs, A, "p0", [[ITEMS[0], T]]));
    },
    { mostStates: 3 },
  );
});

test("a long pause begins a new session where the model was trained on sessions", async () => {
  await withFolder(async (runs) => {
    const { config } = readRecord(writeServedRun(runs, B));
    const data = { ...config.data, sessionGapMinutes: 30 };
    writeServedRun(runs, A, { options: { moment: false }, change: { config: { ...config, data } } });
    const { play, list, close } = await testService(runs, A);
    await play("x", ITEMS[0], T);
    await play("x", ITEMS[1], T + 1801);
    same(await list("x", "?k=3"), expected(runs, A, "x", [[ITEMS[1], T + 1801]]));
    await play("x", ITEMS[2], T + 1801 + 1800);
    const two: [string, number][] = [
      [ITEMS[1], T + 1801],
      [ITEMS[2], T + 3601],
    ];
    same(await list("x", "?k=3"), expected(runs, A, "x", two));
    await close();
    const again = await testService(runs, A); // which makes the state from the plays
    same(await again.list("x", "?k=3"), expected(runs, A, "x", two));
    await again.close();
  });
});
