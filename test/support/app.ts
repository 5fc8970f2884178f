// The app's server without a port and without engine processes.
import { join } from "node:path";
import type { MethodName } from "../../app/engine/protocol.js";
import { createApp } from "../../app/server/app.js";
import { EngineChooser } from "../../app/server/engine-choice.js";
import { EngineFailure, type EngineProcess } from "../../app/server/engine-process.js";
import { Engines } from "../../app/server/engines.js";
import { Hub } from "../../app/server/hub.js";
import { Jobs } from "../../app/server/jobs.js";
import { RunStore } from "../../app/server/run-store.js";
import { naming } from "../../app/server/uploads.js";

export const TOKEN = "a-token-of-this-start";
export const HOST = "127.0.0.1:4321";

type Reply = (params: unknown, note: (note: unknown) => void) => unknown;

/** An engine process that answers from a table; `die` ends it like a crash. */
export class FakeEngine implements EngineProcess {
  readonly asked: { readonly method: MethodName; readonly params: unknown }[] = [];
  alive = true;
  readonly #replies: Partial<Record<MethodName, Reply>>;
  #reject: ((error: Error) => void)[] = [];

  constructor(replies: Partial<Record<MethodName, Reply>>) {
    this.#replies = replies;
  }

  ask(method: MethodName, params: unknown, onNote?: (note: never) => void): Promise<never> {
    this.asked.push({ method, params });
    return new Promise((resolve, reject) => {
      this.#reject.push(reject);
      const reply = this.#replies[method];
      if (!reply) return reject(new EngineFailure({ code: "UNEXPECTED", message: `No ${method} here.`, remedy: null }));
      Promise.resolve(reply(params, onNote as (note: unknown) => void)).then(
        resolve as (value: unknown) => void,
        reject,
      );
    });
  }

  die(code: string): void {
    this.alive = false;
    for (const reject of this.#reject) reject(new EngineFailure({ code, message: `It died: ${code}.`, remedy: null }));
    this.#reject = [];
  }

  kill(): void {
    if (this.alive) this.die("ENGINE_KILLED");
  }
}

export interface TestApp {
  readonly ask: (path: string, init?: RequestInit & { headers?: Record<string, string> }) => Promise<Response>;
  readonly post: (path: string, body: unknown) => Promise<Response>;
  readonly engines: FakeEngine[];
  readonly jobs: Jobs;
  readonly hub: Hub;
  readonly store: RunStore;
}

/** @param runs folder of the runs */
export function testApp(runs: string, replies: Partial<Record<MethodName, Reply>> = {}): TestApp {
  const engines: FakeEngine[] = [];
  const uploads = join(runs, ".uploads");
  const start = naming(() => {
    const engine = new FakeEngine(replies);
    engines.push(engine);
    return engine;
  }, uploads);
  const hub = new Hub("test");
  const jobs = new Jobs(hub, start);
  const store = new RunStore(runs, jobs);
  const page = new Uint8Array(Buffer.from("<!doctype html>page"));
  const app = createApp({
    context: {
      store,
      jobs,
      hub,
      engines: new Engines(start, hub),
      chooser: new EngineChooser(join(runs, ".app", "engine.json")),
      uploads,
    },
    token: TOKEN,
    port: () => 4321,
    files: new Map([["/", { body: page, type: "text/html; charset=utf-8", cache: "no-store" }]]),
    version: "0.0.0",
  });
  const ask: TestApp["ask"] = async (path, init = {}) =>
    app.request(path, { ...init, headers: { host: HOST, authorization: `Bearer ${TOKEN}`, ...init.headers } });
  const post: TestApp["post"] = (path, body) =>
    ask(path, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  return { ask, post, engines, jobs, hub, store };
}
