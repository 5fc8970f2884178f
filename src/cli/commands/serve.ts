import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { RefrainError } from "../../core/errors.js";
import { startEngine } from "../../engine/index.js";
import type { GraphNews, SearchChoice, SearchName } from "../../serve/index.js";
import { text } from "../messages.js";
import { wholeFlag } from "../number-flags.js";
import { count, type Output, percent, printJson, say } from "../output.js";

interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly store: "memory" | "sqlite" | "redis";
  readonly state?: string;
  readonly redis?: string;
  readonly acceptLoss?: boolean;
  readonly tokenFile?: string;
  readonly rate: string;
  readonly behindProxy?: boolean;
  readonly states: string;
  readonly search: SearchName;
  readonly sha256?: string;
}

/** `refrain serve` */
export function addServeCommand(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("serve")
    .argument("[run]", "id or folder of a finished run; the newest one when left out")
    .description("recommendations over HTTP, with states that take each play in constant time")
    .option("--host <address>", "where to listen; others than this machine's own need a token", "127.0.0.1")
    .option("--port <port>", "0 takes a free one", "8080")
    .addOption(
      new Option("--store <kind>", "where plays are kept").choices(["memory", "sqlite", "redis"]).default("memory"),
    )
    .option("--state <folder>", "folder of plays, states and token; .serving below the runs when left out")
    .option("--redis <url>", "address of Redis, for --store redis", "redis://127.0.0.1:6379")
    .option("--accept-loss", "take a Redis that may lose acknowledged plays when it crashes")
    .option("--token-file <file>", "file with the token (16 characters or more); REFRAIN_TOKEN holds it too")
    .option("--rate <n>", "requests a second from one address; 0 is no bound", "1000")
    .option("--behind-proxy", "take the address of a client from your proxy's X-Forwarded-For")
    .option("--states <n>", "states in memory, the ones used last", "50000")
    .addOption(
      new Option(
        "--search <kind>",
        "how items are found: exact looks at all of them, approximate walks through a graph (HNSW) and may miss some; auto is exact up to 1,000,000 items, approximate beyond",
      )
        .choices(["auto", "exact", "approximate"])
        .default("auto"),
    )
    .option("--sha256 <hash>", "start only if the model's file has this SHA-256")
    .addHelpText(
      "after",
      `
Examples:
  refrain serve                                              the newest run, for this machine
  refrain serve mine --port 9000 --store sqlite              plays and states in one SQLite file
  refrain serve --host 0.0.0.0 --behind-proxy                for others, with a token
  curl localhost:8080/v1/users/u1/plays -H 'Content-Type: application/json' -d '{"item":"s0001"}'
  curl 'localhost:8080/v1/users/u1/recommendations?k=5&seen=remove'
  curl localhost:8080/v1/model -H 'Content-Type: application/json' -d '{}'     put the newest run in place`,
    )
    .action(async (run: string | undefined, flags: ServeFlags) => {
      await serve(run, flags, runs(), output());
    });
}

async function serve(run: string | undefined, flags: ServeFlags, runs: string, output: Output): Promise<void> {
  // Loaded here, so that no other command waits for a server.
  const { closing, startServer } = await import("../../serve/index.js");
  const engine = await startEngine("train");
  const token = tokenFrom(flags.tokenFile);
  const { host, store, state, redis, acceptLoss, behindProxy, search, sha256 } = flags;
  const server = await startServer({
    runs,
    run,
    host,
    store,
    state,
    redis,
    acceptLoss,
    behindProxy,
    sha256,
    token,
    search,
    onGraph: (news) => say(output, graphText(news)),
    port: wholeFlag("--port", flags.port, 0, 65_535),
    rate: wholeFlag("--rate", flags.rate, 0, 1e9),
    mostStates: wholeFlag("--states", flags.states, 1, 1e9),
    onUnexpected: (error) =>
      process.stderr.write(`${text("serve.unexpected", { message: (error as Error).stack ?? String(error) })}\n`),
  });
  const { id, fingerprint, saved } = server.model();
  const { url, tokenFile } = server;
  if (output.json)
    printJson({
      url,
      run: id,
      fingerprint,
      engine: engine.name,
      store: server.store,
      search: server.search(),
      tokenFile,
    });
  say(output, engine.reason);
  say(output, text("serve.model", { run: id, items: saved.items.size, users: saved.users.size, fingerprint }));
  say(output, searchText(server.search()));
  say(output, text("serve.store", { store: server.store }));
  say(output, text("serve.listening", { url }));
  if (tokenFile) say(output, text("serve.token", { file: tokenFile }));
  else say(output, text(token === undefined ? "serve.noToken" : "serve.ownToken"));
  if (tokenFile && !behindProxy) say(output, text("serve.noTls"));
  say(output, text("serve.hint"));
  const end = new Promise<void>((resolve) => {
    const { onSignal } = closing(
      async () => {
        say(output, text("serve.stopping"));
        await server.stop();
        say(output, text("serve.stopped"));
      },
      (code) => (code === 0 ? resolve() : process.exit(code)),
    );
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
  process.on("SIGHUP", () => {
    try {
      say(output, text("serve.swapped", { run: server.swap().id }));
      say(output, searchText(server.search()));
    } catch (error) {
      process.stderr.write(`${text("serve.notSwapped", { message: (error as Error).message })}\n`);
    }
  });
  await end;
}

/** Which search answers, and why. */
function searchText({ isExact, reason, items, most, problem = "" }: SearchChoice): string {
  const numbers = { items: count(items), most: count(most), problem };
  return text(`serve.search.${isExact ? "exact" : "approximate"}.${reason}`, numbers);
}

function graphText({ run, seconds, recall, error }: GraphNews): string {
  if (!recall) return text("serve.graph.failed", { run, message: (error as Error).message });
  const { share, k, listeners } = recall;
  return text("serve.graph.ready", { run, seconds: seconds.toFixed(1), share: percent(share), k, listeners });
}

function tokenFrom(file: string | undefined): string | undefined {
  if (file === undefined) return process.env.REFRAIN_TOKEN || undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new RefrainError("FILE_NOT_FOUND", `${file} cannot be read.`, { path: file }, { cause });
  }
}
