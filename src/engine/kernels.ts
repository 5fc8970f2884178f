// Operations of Refrain's own inside the running TensorFlow, compiled by the set-up from kernels/*.cc. Where they could not be
// compiled, TensorFlow's own operations do the same work more slowly.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** In the folder of tfjs-node, whose addon has loaded the library that these link to. */
const PLACE = fileURLToPath(new URL("../../node_modules/@tensorflow/tfjs-node/lib/refrain/", import.meta.url));

/** The same place from `src` and from `dist`. */
const SOURCES = fileURLToPath(new URL("../../src/engine/kernels/", import.meta.url));

let loaded = false;

/**
 * Makes the operations known to TensorFlow, which must be running, and says in words whether it could.
 *
 * `REFRAIN_KERNELS=off` leaves them out; `float32` keeps their products off matrix tiles. They are compiled for one kind of
 * processor and are not used on another.
 */
export function useKernels(): string {
  if (loaded) return "with Refrain's kernels";
  if (process.env.REFRAIN_KERNELS === "off") return "without Refrain's kernels: REFRAIN_KERNELS is off";
  if (!existsSync(`${PLACE}kernels.node`)) return "without Refrain's kernels: they are not compiled here";
  try {
    const compiled = JSON.parse(readFileSync(`${PLACE}kernels.json`, "utf8")) as {
      processor: string;
      sources?: string;
    };
    if (compiled.processor !== processorHere())
      return "without Refrain's kernels: they were compiled for another processor";
    // Older kernels may know an operation by its name and expect other inputs, which ends the process.
    if (compiled.sources !== sourcesHere())
      return "without Refrain's kernels: they were compiled from another version; npm run setup compiles them";
    createRequire(import.meta.url)(`${PLACE}kernels.node`);
    loaded = true;
    return "with Refrain's kernels";
  } catch (error) {
    return `without Refrain's kernels: ${(error as Error).message.split("\n")[0]}`;
  }
}

/** The processor's name and what it can do; a name alone may stand for several kinds. The set-up writes the same. */
export function processorHere(): string {
  const about = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  return [cpus()[0]?.model, /^(flags|Features)\s*:.*$/m.exec(about)?.[0] ?? ""].join("\n");
}

/** SHA-256 of the kernels' sources, in the order of their names. The set-up writes the same. */
export function sourcesHere(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(SOURCES).sort()) hash.update(readFileSync(`${SOURCES}${name}`));
  return hash.digest("hex");
}

/** True where Refrain's own operations can be called. */
export function hasKernels(): boolean {
  return loaded;
}
