import { type ChildProcess, fork } from "node:child_process";
import { FailureError } from "refrain/serve";
import type { Answer, Failure, MethodName, Params, Question, Result } from "../engine/protocol.js";

/** An engine process as the server sees it. Tests put another one in its place. */
export interface EngineProcess {
  /** Asks once; `onNote` gets what comes before the answer. @throws {EngineFailure} */
  ask<M extends MethodName>(method: M, params: Params<M>, onNote?: (note: never) => void): Promise<Result<M>>;
  /** Ends the process at once. */
  kill(): void;
  readonly alive: boolean;
}

/** @param asChosen false where the run decides on which engine it goes on */
export type StartEngine = (asChosen?: boolean) => EngineProcess;

/** What went wrong in an engine process, or with the process itself. */
export class EngineFailure extends FailureError {}

/** Text of standard error that is kept: the reason of a crash stands at its end. */
const KEPT_OUTPUT = 8192;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onNote: ((note: never) => void) | undefined;
}

/**
 * Starts an engine process: plain Node without the flags of this one.
 *
 * @param program path of the built worker
 * @param env     variables on top of this process's own
 */
export function startEngineProcess(program: string, env: NodeJS.ProcessEnv = {}): EngineProcess {
  const child = fork(program, [], {
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, NODE_OPTIONS: "", ...env },
  });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let output = "";
  let ended: Failure | undefined;
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  child.on("message", (answer: Answer) => {
    const one = waiting.get(answer.id);
    if (!one) return;
    if ("note" in answer) return one.onNote?.(answer.note as never);
    waiting.delete(answer.id);
    if ("failure" in answer) one.reject(new EngineFailure(answer.failure));
    else one.resolve(answer.result as never);
  });
  const end = (failure: Failure) => {
    ended ??= failure;
    for (const one of waiting.values()) one.reject(new EngineFailure(ended));
    waiting.clear();
  };
  child.on("error", (error) => end(endOf(null, null, error.message)));
  child.on("close", (code, signal) => end(endOf(code, signal, output)));
  return {
    ask: (method, params, onNote) =>
      new Promise((resolve, reject) => {
        if (ended || !child.connected) return reject(new EngineFailure(ended ?? endOf(null, null, output)));
        const question: Question = { id: ++last, method, params };
        waiting.set(question.id, { resolve: resolve as never, reject, onNote: onNote as never });
        child.send(question);
      }),
    kill: () => kill(child),
    get alive() {
      return !ended && child.connected;
    },
  };
}

function kill(child: ChildProcess): void {
  child.kill("SIGKILL");
}

/** Why an engine process is gone, for a person. */
export function endOf(code: number | null, signal: NodeJS.Signals | null, output: string): Failure {
  if (/heap out of memory|allocation failed|bad_alloc|cannot allocate memory/i.test(output))
    return {
      code: "OUT_OF_MEMORY",
      message: "The engine ran out of memory.",
      remedy: "Take a smaller model, fewer targets per batch or a smaller log, then resume.",
    };
  if (signal === "SIGKILL")
    return {
      code: "ENGINE_KILLED",
      message: "The engine was ended from outside, by the system when memory ran short or by a person.",
      remedy: "Close other programs, then resume from the last checkpoint.",
    };
  const lines = output.trim().split("\n").slice(-3).join(" ").slice(-300);
  return {
    code: "ENGINE_CRASHED",
    message: `The engine ended unexpectedly (${signal ?? `code ${code}`}).${lines ? ` Last words: ${lines}` : ""}`,
    remedy: "Resume from the last checkpoint. If it happens again, train anew with REFRAIN_ENGINE=wasm.",
  };
}
