import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { basename, join } from "node:path";
import { serve } from "@hono/node-server";
import { RefrainError } from "../core/errors.js";
import { writeFileAtomic } from "../core/files.js";
import { lockFolder } from "../core/lock.js";
import { findRun } from "../recipes/index.js";
import { Batcher } from "./batcher.js";
import { type GraphNews, ItemSearches, type SearchChoice, type SearchName } from "./item-search.js";
import { Listeners } from "./listeners.js";
import { ServerMetrics } from "./metrics.js";
import { openStore } from "./open-store.js";
import type { StoreName } from "./play-store.js";
import { LiveModel, openModel, type ServedModel } from "./served-model.js";
import { createService } from "./service.js";

/** How a server is set up; `refrain serve --help` says the same of its flags. */
export interface ServeOptions {
  /** Folder of the runs. */
  readonly runs: string;
  /** Id or folder of a finished run; the newest one where left out. */
  readonly run?: string;
  /** Folder of plays, states and token. Default: `.serving` below the runs. */
  readonly state?: string;
  readonly store?: StoreName;
  /** Address of Redis. */
  readonly redis?: string;
  /** True where Redis may lose acknowledged plays, as it is set up. */
  readonly acceptLoss?: boolean;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Who may ask. Where left out: everybody on this machine, and elsewhere who has the token in the state folder. */
  readonly token?: string;
  readonly rate?: number;
  readonly behindProxy?: boolean;
  readonly mostStates?: number;
  /** How items are searched: "auto", the default, looks at all of them up to 1 million and builds a graph beyond. */
  readonly search?: SearchName;
  /** Told when a graph is built, and takes over, or could not be built. */
  readonly onGraph?: (news: GraphNews) => void;
  readonly mostInFlight?: number;
  /** What the model's fingerprint must be. */
  readonly sha256?: string;
  /** Milliseconds in which a stopping server still takes requests, so that clients can turn away. Default 1,000. */
  readonly drain?: number;
  readonly onUnexpected?: (error: unknown) => void;
}

/** A server that runs. */
export interface RunningServer {
  readonly url: string;
  /** Where the token is written, where one was made. */
  readonly tokenFile: string | null;
  readonly store: string;
  readonly model: () => ServedModel;
  /** How the items of that model are searched. */
  readonly search: () => SearchChoice;
  /** Puts another model in place: a run by its id, or the one named at the start (the newest) anew. */
  readonly swap: (run?: string, sha256?: string) => ServedModel;
  /** Answers what is being asked, keeps states, and ends. */
  readonly stop: () => Promise<void>;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;
/** Time that requests have to end when the server stops. */
const ENDING = 10_000;

/**
 * Starts the service on a finished run. The engine must have been started.
 *
 * @throws {RefrainError} as `openModel`, `chosenSearch` and the stores; STATE_BUSY where another server has the state folder;
 *         ADDRESS_UNUSABLE where it cannot listen there
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { runs, host = "127.0.0.1", port = 0, rate = 1000, drain = 1000 } = options;
  const folder = options.state ?? join(runs, ".serving");
  const first = openModel(findRun(runs, options.run, "finished"), options.sha256);
  const models = new LiveModel(first);
  const releases: (() => unknown)[] = [() => models.dispose()];
  try {
    const searches = new ItemSearches(options.search ?? "auto", options.onGraph ?? (() => {}));
    let search = searches.choose(first);
    releases.push(() => searches.stop());
    releases.push(lockState(folder)); // before the store is opened, which repairs what a crash left
    const store = await openStore({ ...options, store: options.store ?? "memory", folder });
    releases.push(() => store.close());
    const isLocal = LOOPBACK.test(host);
    const { token, file: tokenFile } = tokenOf(options.token, isLocal, folder);
    const state = { inFlight: 0, isStopping: false };
    const metrics: ServerMetrics = new ServerMetrics(
      () => listeners.size,
      () => state.inFlight,
    );
    metrics.model(first.id, first.fingerprint, false);
    const batcher = new Batcher(models, (rows, seconds) => metrics.batch(rows, seconds));
    const { mostStates } = options;
    const onLookup = (inMemory: boolean) => metrics.lookup(inMemory);
    const listeners: Listeners = new Listeners(models, store, batcher, { mostStates, onLookup });
    const swap = (run?: string, sha256?: string): ServedModel => {
      const next = openModel(run === undefined ? findRun(runs, options.run, "finished") : folderOf(runs, run), sha256);
      models.swap(next);
      search = searches.choose(next);
      searches.begin(models, search);
      metrics.model(next.id, next.fingerprint, true);
      return next;
    };
    let listening = port;
    const app = createService({
      models,
      listeners,
      metrics,
      state,
      version: versionOf(),
      loopbackPort: () => (isLocal ? listening : null),
      token,
      rate,
      behindProxy: options.behindProxy ?? false,
      mostInFlight: options.mostInFlight,
      swap: (run, sha256) => withoutPaths(run, () => swap(run, sha256)),
      onUnexpected: options.onUnexpected ?? (() => {}),
    });
    const server = await listen(app.fetch as never, host, port);
    listening = (server.address() as { port: number }).port;
    searches.begin(models, search);
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      state.isStopping = true; // replies say "Connection: close" from now on
      searches.stop();
      await new Promise((resolve) => setTimeout(resolve, drain));
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), ENDING);
      await closed;
      clearTimeout(late);
      await listeners.close();
      for (const release of releases.splice(0).reverse()) await release();
    };
    return {
      url: `http://${host.includes(":") ? `[${host}]` : host}:${listening}`,
      tokenFile,
      store: store.description,
      model: () => models.current,
      search: () => search,
      swap,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    for (const release of releases.reverse()) await release();
    throw error;
  }
}

/** Keeps a state folder for this process. @throws {RefrainError} STATE_BUSY */
export function lockState(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return lockFolder(
    folder,
    (holder) => new RefrainError("STATE_BUSY", `Process ${holder ?? "?"} serves from ${folder}.`, { folder, holder }),
  );
}

/** Slow clients are cut off: a head has 10 s to come, a whole request 15 s. */
function listen(fetch: (request: Request) => Response, hostname: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const serverOptions = {
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 16_384,
    };
    const server = serve({ fetch, hostname, port, serverOptions }, () => resolve(server)) as Server;
    server.keepAliveTimeout = 65_000; // longer than the usual 60 s of proxies, which then close first
    server.maxConnections = 10_000;
    server.on("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new RefrainError("ADDRESS_UNUSABLE", `${hostname}:${port} cannot be used: ${cause.message}.`, {}, { cause }),
      ),
    );
  });
}

/** The given token; none on this machine alone; else the one of the state folder, made at the first start. */
function tokenOf(
  given: string | undefined,
  isLocal: boolean,
  folder: string,
): { token: string | null; file: string | null } {
  if (given !== undefined && given.length < 16)
    throw new RefrainError("ARGUMENT_INVALID", `The token must have 16 characters or more, got ${given.length}.`);
  if (given !== undefined) return { token: given, file: null };
  if (isLocal) return { token: null, file: null };
  const file = join(folder, "token");
  if (!existsSync(file)) writeFileAtomic(file, `${randomBytes(32).toString("base64url")}\n`, 0o600);
  return { token: readFileSync(file, "utf8").trim(), file };
}

/** Folder of a run that a request names, which must not lead anywhere else. @throws {RefrainError} RUN_NOT_FOUND */
function folderOf(runs: string, run: string): string {
  const folder = join(runs, run);
  if (basename(folder) !== run || !existsSync(join(folder, "run.json")))
    throw new RefrainError("RUN_NOT_FOUND", `No run "${run.slice(0, 80)}" in ${runs}.`, { run });
  return folder;
}

/** Whoever asks over HTTP is not told where the runs lie: the words are made of what was asked, and the code says the rest. */
function withoutPaths(run: string | undefined, swap: () => ServedModel): ServedModel {
  try {
    return swap();
  } catch (error) {
    if (!(error instanceof RefrainError)) throw error;
    const named = run === undefined ? "" : ` "${run.slice(0, 80)}"`;
    const { fingerprint } = error.details;
    const found = fingerprint === undefined ? "cannot be opened" : `has the SHA-256 ${fingerprint}`;
    const words = error.code === "RUN_NOT_FOUND" ? `There is no finished run${named}.` : `The run${named} ${found}.`;
    throw new RefrainError(error.code, words, error.details, { cause: error });
  }
}

function versionOf(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string })
    .version;
}
