import { basename } from "node:path";
import type { MethodName, Opening, Params, Result } from "../engine/protocol.js";
import type { EngineProcess, StartEngine } from "./engine-process.js";
import type { Hub } from "./hub.js";

/** Time between two news of an opening, in ms. */
const TOLD_EVERY = 200;

/** Engine processes for questions: one that stays for exploring, and one for each look at a log. */
export class Engines {
  readonly #start: StartEngine;
  readonly #hub: Hub;
  readonly #once = new Set<EngineProcess>();
  #explorer: EngineProcess | undefined;

  constructor(start: StartEngine, hub: Hub) {
    this.#start = start;
    this.#hub = hub;
  }

  /**
   * Asks the process that holds the opened models. One that died is replaced at the next question. What is done before a run
   * can answer is told to every window.
   */
  async explore<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if (!this.#explorer?.alive) this.#explorer = this.#start();
    const { run: folder } = (params ?? {}) as { run?: string };
    if (folder === undefined) return this.#explorer.ask(method, params);
    const run = basename(folder);
    let last: Opening | undefined;
    let toldAt = 0;
    const hear = (opening: Opening) => {
      const now = performance.now();
      if (opening.stage === last?.stage && now - toldAt < TOLD_EVERY) return;
      [last, toldAt] = [opening, now];
      this.#hub.publish({ run, opening });
    };
    try {
      return await this.#explorer.ask(method, params, hear as (note: never) => void);
    } finally {
      if (last) this.#hub.publish({ run, opening: null });
    }
  }

  /**
   * Asks a process of its own, which ends with the answer, or at once where nobody waits for it any more: a huge log then
   * costs the others nothing.
   */
  async once<M extends MethodName>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    const engine = this.#start();
    this.#once.add(engine);
    signal?.addEventListener("abort", () => engine.kill(), { once: true });
    try {
      return await engine.ask(method, params);
    } finally {
      this.#once.delete(engine);
      engine.kill();
    }
  }

  /** The next question is asked of a new process. */
  renew(): void {
    this.#explorer?.kill();
  }

  close(): void {
    this.#explorer?.kill();
    for (const engine of this.#once) engine.kill();
  }
}
