import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import util from "node:util";
import { RefrainError } from "../core/errors.js";
import { useNative } from "./native.js";
import { tf } from "./tensors.js";

/** Which implementation of the tensor operations runs: TensorFlow's own library, WebAssembly, or plain JavaScript. */
export type EngineName = "native" | "wasm" | "cpu";

export interface Engine {
  readonly name: EngineName;
  /** Such as "TensorFlow 2.21.0" or "tfjs-backend-wasm 4.22.0". */
  readonly version: string;
  /** One line for a person: which engine runs and why. */
  readonly reason: string;
}

/** What the set-up of a checkout decided, beside its packages. */
const VERDICT = new URL("../../node_modules/.refrain/engine.json", import.meta.url);

let started: Promise<Engine> | undefined;
let isRunning = false;

/**
 * Starts the engine once per process and returns it; later calls return the same one.
 *
 * `REFRAIN_ENGINE=native|wasm|cpu` decides when it is set, then `npm run setup -- --engine`. Otherwise training takes native where it loads and WASM where
 * not, and one-off scoring takes WASM, which starts sooner.
 *
 * @param purpose "train" for long work, "score" for a single list
 * @throws {RefrainError} ENGINE_UNAVAILABLE when the engine asked for does not load; ARGUMENT_INVALID for an unknown name
 */
export function startEngine(purpose: "train" | "score" = "train"): Promise<Engine> {
  started ??= start(purpose).then(
    (engine) => {
      isRunning = true;
      return engine;
    },
    (error) => {
      started = undefined;
      throw error;
    },
  );
  return started;
}

async function start(purpose: "train" | "score"): Promise<Engine> {
  const fromSetup = chosenInSetup();
  const forced = process.env.REFRAIN_ENGINE || fromSetup;
  const asked = `asked for by ${process.env.REFRAIN_ENGINE ? "REFRAIN_ENGINE" : "npm run setup -- --engine"}`;
  if (forced && forced !== "native" && forced !== "wasm" && forced !== "cpu")
    throw new RefrainError("ARGUMENT_INVALID", `REFRAIN_ENGINE must be native, wasm or cpu, got "${forced}".`);
  if (forced === "cpu") return startCpu(asked);
  if (forced === "wasm") return startWasm(asked);
  if (!forced && purpose === "score") return startWasm("it starts soonest for a single list");
  try {
    return await startNative(forced ? asked : "the fastest one, and it loads here");
  } catch (cause) {
    const why = (cause as Error).message.split("\n")[0];
    if (forced) throw new RefrainError("ENGINE_UNAVAILABLE", `The native engine does not load: ${why}.`, {}, { cause });
    return startWasm("the native engine is not installed here");
  }
}

/** The engine that a person chose in the set-up; undefined where it chose by itself, or there was none. */
function chosenInSetup(): string | undefined {
  try {
    const { how, engine } = JSON.parse(readFileSync(VERDICT, "utf8")) as { how: string; engine: string };
    return how === "chosen" ? engine : undefined;
  } catch {
    return undefined;
  }
}

async function startNative(why: string): Promise<Engine> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2"; // before the library loads: it prints more notices otherwise
  // tfjs-node 4.22 calls two old functions that Node 22 warns of and Node 23 partly took away (tfjs issue 8609).
  const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  Object.assign(util, { isNullOrUndefined, isArray: Array.isArray });
  const native = createRequire(import.meta.url)("@tensorflow/tfjs-node") as { version: { "tfjs-node": string } };
  await tf.setBackend("tensorflow");
  const { version, kernels } = useNative();
  const tfjsNode = native.version["tfjs-node"];
  return describe("native", `TensorFlow ${version} through tfjs-node ${tfjsNode}, ${kernels}`, why);
}

async function startWasm(why: string): Promise<Engine> {
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  if (!(await tf.setBackend("wasm"))) throw new RefrainError("ENGINE_UNAVAILABLE", "The WASM engine does not start.");
  return describe("wasm", `tfjs-backend-wasm ${wasm.version_wasm}`, why);
}

async function startCpu(why: string): Promise<Engine> {
  await tf.setBackend("cpu");
  return describe("cpu", `tfjs-backend-cpu ${tf.version["tfjs-backend-cpu"]}`, why);
}

/**
 * Without this, TensorFlow.js would take its slowest backend, plain JavaScript, and not say so.
 *
 * @throws {RefrainError} ENGINE_NOT_STARTED before a `startEngine` that was waited for
 */
export function checkEngine(): void {
  if (!isRunning) throw new RefrainError("ENGINE_NOT_STARTED", "A model needs an engine, and none was started.");
}

function describe(name: EngineName, version: string, why: string): Engine {
  return { name, version, reason: `engine: ${name} (${version}): ${why}` };
}
