// The program of the server. Prints one JSON line with its address, then works until it is told to end.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";
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

const { values } = parseArgs({
  options: { port: { type: "string", default: "0" }, runs: { type: "string", default: "runs" } },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..", "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const token = randomBytes(32).toString("base64url");
const uploads = join(resolve(values.runs), ".uploads");
const chooser = new EngineChooser(join(resolve(values.runs), ".app", "engine.json"));
const start = naming(
  (asChosen = true) => startEngineProcess(join(here, "worker.js"), asChosen ? chooser.variables : {}),
  uploads,
);
const hub = new Hub(randomBytes(4).toString("hex"));
const jobs = new Jobs(hub, start);
const engines = new Engines(start, hub);
const store = new RunStore(values.runs, jobs);
let port = 0;
const app = createApp({
  context: { store, jobs, hub, engines, chooser, uploads },
  token,
  port: () => port,
  files: staticFiles(join(here, "..", "web")),
  version,
});

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(values.port) }, (info) => {
  port = info.port;
  const address = `http://127.0.0.1:${port}/`;
  console.log(JSON.stringify({ url: `${address}#t=${token}`, origin: address.slice(0, -1), token }));
});
server.on("error", (error: NodeJS.ErrnoException) => {
  console.error(`The server cannot start: ${error.message}`);
  process.exit(1);
});

const { onSignal, onParentGone } = closing(async () => {
  await jobs.close(CLOSING);
  engines.close();
}, process.exit);
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);
// A parent that is gone without a word closes this pipe.
if (process.env.REFRAIN_APP_PARENT) process.stdin.on("end", onParentGone).resume();
