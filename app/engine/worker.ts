// The program of an engine process: plain Node that owns the tensors. It may crash without taking the window along.
import { estimateRun, RefrainError, startEngine } from "refrain";
import { preview, summarise } from "./data.js";
import { evaluation } from "./evaluation.js";
import { explainList, suggest } from "./explore.js";
import { itemMap, neighbours, songs } from "./items.js";
import { listeners, timeline } from "./listeners.js";
import { pairs } from "./pairs.js";
import type { Answer, Failure, MethodName, Methods, Question } from "./protocol.js";
import { report } from "./report.js";
import { answer } from "./session.js";
import { statePath } from "./states.js";
import { checkpoint, pause, resume, train } from "./train.js";

type Handlers = {
  [M in MethodName]: (
    params: Parameters<Methods[M]>[0],
    note: (value: unknown) => void,
  ) => Promise<ReturnType<Methods[M]>>;
};

const handlers: Handlers = {
  train,
  resume,
  pause,
  checkpoint,
  engine: async () => {
    const { name, version } = await startEngine("train");
    return { name, version };
  },
  listeners,
  timeline,
  suggest,
  explain: explainList,
  states: statePath,
  songs,
  map: itemMap,
  neighbours,
  evaluation,
  pairs,
  report,
  audit: ({ config }, note) => summarise(config, (rows) => note({ rows })),
  estimate: ({ config }) => estimateRun(config),
  preview: ({ config }, note) => preview(config, (rows) => note({ rows })),
};

function send(answer: Answer): void {
  if (process.connected) process.send?.(answer);
}

function failureOf(error: unknown): Failure {
  if (error instanceof RefrainError) return { code: error.code, message: error.message, remedy: error.remedy };
  return { code: "UNEXPECTED", message: (error as Error)?.message ?? String(error), remedy: null };
}

process.on("message", async ({ id, method, params }: Question) => {
  try {
    const handler = handlers[method] as (params: unknown, note: (value: unknown) => void) => Promise<unknown>;
    const note = (value: unknown) => send({ id, note: value });
    send({ id, result: await answer(() => handler(params, note), note) });
  } catch (error) {
    send({ id, failure: failureOf(error) });
  }
});

// Without the server nobody reads the answers. A training run saves a checkpoint first.
process.on("disconnect", () => {
  pause(null);
  setTimeout(() => process.exit(0), 10_000).unref();
});
// Ctrl-C goes to the whole group; the server decides what its engine processes do.
process.on("SIGINT", () => {});
