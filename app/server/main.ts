// The program of the server. Prints one JSON line with its address, then works until it is told to end.
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";

const { values } = parseArgs({
  options: { port: { type: "string", default: "0" }, runs: { type: "string", default: "runs" } },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const token = randomBytes(32).toString("base64url");
let port = 0;
// What answers takes half a second to load. A browser takes as long to start: it is given the address meanwhile, and waits for
// the first answer, which goes through all checks.
const service = import("./service.js").then(({ startService }) =>
  startService({ here, runs: values.runs, token, port: () => port }),
);
service.catch((error: Error) => giveUp(error));

const fetch = async (request: Request) => (await service).fetch(request);
const server = serve({ fetch, hostname: "127.0.0.1", port: Number(values.port) }, (info) => {
  port = info.port;
  const address = `http://127.0.0.1:${port}/`;
  console.log(JSON.stringify({ url: `${address}#t=${token}`, origin: address.slice(0, -1), token }));
});
server.on("error", giveUp);

function giveUp(error: Error): void {
  console.error(`The server cannot start: ${error.message}`);
  process.exit(1);
}
