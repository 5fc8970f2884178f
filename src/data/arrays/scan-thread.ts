// A thread of `scan.ts`.
import { parentPort, type Transferable, workerData } from "node:worker_threads";
import { stepsOf, type Task } from "./scan.js";

for (const told of stepsOf(workerData as Task)) parentPort?.postMessage(told, [...new Set(buffersIn(told))]);

/** The buffers of all typed arrays, which then change hands instead of being copied. */
function buffersIn(value: unknown): Transferable[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(buffersIn) : [];
}
