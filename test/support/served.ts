// A small trained-looking run, and a service on it without a port.
import { join } from "node:path";
import { type ModelConfig, saveModel } from "../../src/model/index.js";
import { Vocabulary } from "../../src/sequence/vocabulary.js";
import { Batcher } from "../../src/serve/batcher.js";
import { Listeners, type ListenersOptions } from "../../src/serve/listeners.js";
import { MemoryStore } from "../../src/serve/memory-store.js";
import { ServerMetrics } from "../../src/serve/metrics.js";
import type { PlayStore } from "../../src/serve/play-store.js";
import { LiveModel, openModel } from "../../src/serve/served-model.js";
import { createService, type ServiceOptions } from "../../src/serve/service.js";
import { writeRun } from "./runs.js";
import { newModel, smallModel, worldOf } from "./training.js";
import { markovWorld } from "./worlds.js";

export const world = worldOf(markovWorld({ users: 4, items: 8, plays: 9 }).log);

/** Writes a finished run with a model of random weights. Its users have `histories` of 9 plays each. */
export function writeServedRun(
  runs: string,
  id: string,
  {
    seed = 1,
    options = {},
    change = {},
    users: names,
  }: { seed?: number; options?: Partial<ModelConfig>; change?: object; users?: readonly string[] } = {},
): string {
  writeRun(runs, id, change as Record<string, unknown>);
  const { items, users, titles } = world.histories;
  const { log } = world.histories.split;
  const model = newModel(world, smallModel(options), seed);
  // Weights large enough that every mechanism speaks.
  for (const parameter of model.parameters.values()) parameter.assign(parameter.values().map((value) => 5 * value));
  const of = <T>(value: (row: number) => T) =>
    users.ids.map((user) =>
      Array.from(log.users.keys())
        .filter((row) => log.userIds[log.users[row]] === user)
        .map(value),
    );
  try {
    saveModel(join(runs, id), model, {
      name: "LSTM",
      items,
      users: names ? new Vocabulary(names) : users,
      titles,
      aliases: titles.map(() => []),
      histories: of((row) => items.indexOf(log.itemIds[log.items[row]])),
      times: of((row) => log.times[row]),
      windowLength: 20,
    });
  } finally {
    model.dispose();
  }
  return join(runs, id);
}

export interface TestService {
  readonly models: LiveModel;
  readonly store: PlayStore;
  readonly listeners: Listeners;
  readonly ask: (path: string, init?: RequestInit & { headers?: Record<string, string> }) => Promise<Response>;
  readonly play: (user: string, item: string, time?: number) => Promise<Response>;
  readonly list: (user: string, query?: string) => Promise<{ item: string; score: number }[]>;
  readonly state: ServiceOptions["state"];
  readonly close: () => Promise<void>;
}

/** A service on a run of `runs`, whose plays are in `folder`/state. */
export async function testService(
  runs: string,
  run: string,
  options: Partial<ServiceOptions> & ListenersOptions & { store?: PlayStore } = {},
): Promise<TestService> {
  const models = new LiveModel(openModel(join(runs, run)));
  const store = options.store ?? (await MemoryStore.open(join(runs, ".serving")));
  const state = { inFlight: 0, isStopping: false };
  const listeners: Listeners = new Listeners(models, store, new Batcher(models), options);
  const app = createService({
    models,
    listeners,
    state,
    metrics: new ServerMetrics(
      () => listeners.size,
      () => state.inFlight,
    ),
    version: "1",
    loopbackPort: () => null,
    token: null,
    rate: 0,
    behindProxy: false,
    swap: (other = run) => {
      models.swap(openModel(join(runs, other)));
      return models.current;
    },
    onUnexpected: () => {},
    ...options,
  });
  const ask: TestService["ask"] = async (path, init) => app.request(path, init);
  return {
    models,
    store,
    listeners,
    ask,
    state,
    play: (user, item, time) =>
      ask(`/v1/users/${encodeURIComponent(user)}/plays`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ item, time }),
      }),
    list: async (user, query = "") => {
      const reply = await ask(`/v1/users/${encodeURIComponent(user)}/recommendations${query}`);
      return ((await reply.json()) as { items: { item: string; score: number }[] }).items;
    },
    close: async () => {
      await listeners.close();
      await store.close();
      models.dispose();
    },
  };
}
