import type { MethodName, Params, Result } from "../engine/protocol.js";
import type { EngineProcess, StartEngine } from "./engine-process.js";

/** Engine processes for questions: one that stays for exploring, and one for each look at a log. */
export class Engines {
  readonly #start: StartEngine;
  readonly #once = new Set<EngineProcess>();
  #explorer: EngineProcess | undefined;

  constructor(start: StartEngine) {
    this.#start = start;
  }

  /** Asks the process that holds the opened models. One that died is replaced at the next question. */
  explore<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if (!this.#explorer?.alive) this.#explorer = this.#start();
    return this.#explorer.ask(method, params);
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

  close(): void {
    this.#explorer?.kill();
    for (const engine of this.#once) engine.kill();
  }
}
