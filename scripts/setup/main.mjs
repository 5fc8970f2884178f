import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { translator } from "./messages.mjs";
import { readOptions } from "./options.mjs";
import * as build from "./steps/build.mjs";
import * as data from "./steps/data.mjs";
import * as dependencies from "./steps/dependencies.mjs";
import * as engine from "./steps/engine.mjs";
import * as kernels from "./steps/kernels.mjs";
import * as scanner from "./steps/scanner.mjs";
import { withLock } from "./tools/lock.mjs";
import { createProgress } from "./tools/progress.mjs";
import { stopChildren } from "./tools/run.mjs";
import { Stop } from "./tools/stop.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Brings this checkout to where `npm start` and `npm test` work, doing only what is missing.
 * Returns the exit code: 0, or 1 when a step failed (its reason and remedy were printed).
 */
export async function main(args) {
  const t = translator(process.env);
  const progress = createProgress(process.stdout, t);
  try {
    const options = readOptions(args, process.env, t);
    if (options.help) {
      progress.say(t("help"));
      return 0;
    }
    const context = { root, t, progress, ...options };
    // Each step looks at what the ones before it made, so "done" is asked in turn.
    const steps = [dependencies, build, engine, kernels, scanner, data];
    if (steps.every((step) => step.isDone(context))) return 0;

    endChildrenOnSignals();
    await withLock(
      join(root, ".cache", "setup.lock"),
      (pid) => progress.say(t("waiting", pid)),
      async () => {
        let worked = false;
        for (const step of steps) {
          if (step.isDone(context)) continue;
          await step.run(context);
          worked = true;
        }
        if (worked) progress.say(`${t("engine")}: ${engine.describe(context)}`);
      },
    );
    return 0;
  } catch (error) {
    console.error(error instanceof Stop ? error.message : explain(error, t));
    return 1;
  }
}

/** A full disk and a folder that may not be written can meet any step. */
function explain(error, t) {
  if (error.code === "ENOSPC") return t("installDisk");
  if (["EACCES", "EPERM", "EROFS"].includes(error.code)) return t("installPermission");
  return t("unexpected", error.stack);
}

function endChildrenOnSignals() {
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.on(signal, () => process.exit(code));
  }
  process.on("exit", stopChildren);
}
