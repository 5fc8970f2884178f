import { basename } from "node:path";
import type { MethodName, Opening, Params, Result } from "../engine/protocol.js";
import type { EngineProcess, StartEngine } from "./engine-process.js";
import type { Hub } from "./hub.js";

/** Time between two news of an opening, in ms. */
const TOLD_EVERY = 200;

/** A process that stays, with the number of its questions that are not answered yet. */
interface Explorer {
  readonly engine: EngineProcess;
  asked: number;
}

/** Engine processes for questions: one that stays for exploring, and one for each look at a log. */
export class Engines {
  readonly #start: StartEngine;
  readonly #hub: Hub;
  /** All that may still live. */
  readonly #all = new Set<EngineProcess>();
  #explorer: Explorer | undefined;
  /** Which question told the last news of a run that is being opened. */
  readonly #tellers = new Map<string, symbol>();

  constructor(start: StartEngine, hub: Hub) {
    this.#start = start;
    this.#hub = hub;
  }

  /**
   * Asks the process that holds the opened models. One that died is replaced at the next question. What is done before a run
   * can answer is told to every window.
   */
  async explore<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.#explorer && !this.#explorer.engine.alive) this.renew();
    this.#explorer ??= { engine: this.#begin(), asked: 0 };
    const explorer = this.#explorer;
    explorer.asked++;
    try {
      return await this.#told(explorer.engine, method, params);
    } finally {
      explorer.asked--;
      if (explorer !== this.#explorer) this.#endIdle(explorer);
    }
  }

  /**
   * Asks a process of its own, which ends with the answer, or at once where nobody waits for it any more: a huge log then
   * costs the others nothing.
   */
  async once<M extends MethodName>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    const engine = this.#begin();
    signal?.addEventListener("abort", () => engine.kill(), { once: true });
    try {
      return await engine.ask(method, params);
    } finally {
      this.#end(engine);
    }
  }

  /** The next question is asked of a new process. The old one ends with the last of its answers. */
  renew(): void {
    const old = this.#explorer;
    this.#explorer = undefined;
    if (old) this.#endIdle(old);
  }

  close(): void {
    for (const engine of this.#all) engine.kill();
  }

  /** Asks, and tells every window what is done before the answer. Another question may have more to tell of the same run. */
  async #told<M extends MethodName>(engine: EngineProcess, method: M, params: Params<M>): Promise<Result<M>> {
    const { run: folder } = (params ?? {}) as { run?: string };
    if (folder === undefined) return engine.ask(method, params);
    const run = basename(folder);
    const question = Symbol(method);
    let stage: Opening["stage"] | undefined;
    let toldAt = 0;
    const hear = (opening: Opening) => {
      const now = performance.now();
      if (opening.stage === stage && now - toldAt < TOLD_EVERY) return;
      [stage, toldAt] = [opening.stage, now];
      this.#tellers.set(run, question);
      this.#hub.publish({ run, opening });
    };
    try {
      return await engine.ask(method, params, hear as (note: never) => void);
    } finally {
      if (this.#tellers.get(run) === question) {
        this.#tellers.delete(run);
        this.#hub.publish({ run, opening: null });
      }
    }
  }

  #begin(): EngineProcess {
    const engine = this.#start();
    this.#all.add(engine);
    return engine;
  }

  #end(engine: EngineProcess): void {
    this.#all.delete(engine);
    engine.kill();
  }

  #endIdle({ engine, asked }: Explorer): void {
    if (asked === 0) this.#end(engine);
  }
}
