import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { closing } from "refrain/serve";
import { createApp } from "./app.js";
import { EngineChooser } from "./engine-choice.js";
import { startEngineProcess } from "./engine-process.js";
import { Engines } from "./engines.js";
import { Hub } from "./hub.js";
import { Jobs } from "./jobs.js";
import { RunStore } from "./run-store.js";
import { staticFiles } from "./static-files.js";
import { naming } from "./uploads.js";

/** Time that running jobs have to write a checkpoint when the server ends. */
const CLOSING = 20_000;

export interface ServiceOptions {
  /** Folder of the built server. */
  readonly here: string;
  /** Folder of the runs. */
  readonly runs: string;
  readonly token: string;
  /** Of the server; known once it listens. */
  readonly port: () => number;
}

/** All that answers requests, and that ends politely with this process. */
export function startService({ here, runs, token, port }: ServiceOptions): Pick<ReturnType<typeof createApp>, "fetch"> {
  const { version } = JSON.parse(readFileSync(join(here, "..", "..", "..", "package.json"), "utf8")) as {
    version: string;
  };
  const uploads = join(resolve(runs), ".uploads");
  const chooser = new EngineChooser(join(resolve(runs), ".app", "engine.json"));
  const worker = join(here, "worker.js");
  const start = naming((asChosen = true) => startEngineProcess(worker, asChosen ? chooser.variables : {}), uploads);
  const hub = new Hub(randomBytes(4).toString("hex"));
  const jobs = new Jobs(hub, start);
  const engines = new Engines(start, hub);
  const store = new RunStore(runs, jobs);
  const { onSignal, onParentGone } = closing(async () => {
    await jobs.close(CLOSING);
    engines.close();
  }, process.exit);
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // A parent that is gone without a word closes this pipe.
  if (process.env.REFRAIN_APP_PARENT) process.stdin.on("end", onParentGone).resume();
  const files = staticFiles(join(here, "..", "web"));
  return createApp({ context: { store, jobs, hub, engines, chooser, uploads }, token, port, files, version });
}
