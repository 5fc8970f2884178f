import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context as HonoContext, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { RateLimiterMemory } from "rate-limiter-flexible";
import * as contract from "./contract.js";
import { docsPage } from "./docs-page.js";
import { clientOf } from "./http/client.js";
import { refusalOfPlace, refusalOfToken, SAFE_HEADERS } from "./http/guard.js";
import { checkJson } from "./http/json-body.js";
import { type Failure, failureOf, refuse, refuseInvalid } from "./http/replies.js";
import { jsonRoute } from "./http/route.js";
import type { Listeners } from "./listeners.js";
import type { ServerMetrics } from "./metrics.js";
import type { LiveModel, ServedModel } from "./served-model.js";

/** Where a service stands between its start and its end. */
export interface ServiceState {
  /** Requests that are being answered. */
  inFlight: number;
  isStopping: boolean;
}

export interface ServiceOptions {
  readonly models: LiveModel;
  readonly listeners: Listeners;
  readonly metrics: ServerMetrics;
  readonly state: ServiceState;
  readonly version: string;
  /** Port where only this machine may ask; null where others may, which a token then keeps out. */
  readonly loopbackPort: () => number | null;
  /** null lets everybody in. */
  readonly token: string | null;
  /** Requests a second from one address; 0 is no bound. */
  readonly rate: number;
  readonly behindProxy: boolean;
  /** Requests that are answered at once; more are sent away, so that those inside are answered in time. Default 1,000. */
  readonly mostInFlight?: number;
  /** Puts another model in place. @throws {RefrainError} as `openModel` */
  readonly swap: (run?: string, sha256?: string) => ServedModel;
  /** Told about errors that nobody expected. */
  readonly onUnexpected: (error: unknown) => void;
}

/** Largest body: a play is about a hundred bytes. */
const MOST_BYTES = 16_384;
/** Whoever watches over the server needs no token to see that it lives. */
const OPEN = new Set(["/health", "/ready"]);
const TEMPLATE = /^\/v1\/users\/[^/]+/;
const ROUTES = new Set(["/v1/users/{user}", "/v1/users/{user}/plays", "/v1/users/{user}/recommendations", "/v1/model"]);

/** The whole service as one function from request to reply. */
export function createService(options: ServiceOptions): OpenAPIHono {
  const { models, listeners, metrics, state } = options;
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  const no = (c: HonoContext, failure: Failure): Response => {
    metrics.refused(failure.code);
    return refuse(c, failure);
  };
  app.onError((error, c) => {
    const failure = failureOf(error);
    if (failure.code !== "UNEXPECTED") return no(c, failure);
    options.onUnexpected(error); // its words may tell of paths or users
    return no(c, { code: "UNEXPECTED", message: "Something went wrong in the server.", remedy: null });
  });
  app.notFound((c) => no(c, { code: "NOT_FOUND", message: "There is nothing at this address.", remedy: null }));
  app.use(counted(options));
  app.use(guarded(options, no));
  app.use(
    "/v1/*",
    bodyLimit({
      maxSize: MOST_BYTES,
      onError: (c) =>
        no(c, { code: "BODY_TOO_LARGE", message: `A body holds at most ${MOST_BYTES} bytes.`, remedy: null }),
    }),
  );
  app.use("/v1/*", async (c, next) => {
    if (c.req.method === "POST") await checkJson(c.req);
    await next();
  });

  app.openapi(jsonRoute("get", "/health", "Whether the process lives", contract.healthReply), (c) =>
    c.json({ status: "ok" as const }, 200),
  );
  app.get("/ready", (c) => {
    const ready = !state.isStopping;
    return c.json({ ready, reason: ready ? null : "The server is stopping." }, ready ? 200 : 503);
  });
  app.get("/metrics", async (c) =>
    c.body(await metrics.registry.metrics(), 200, { "Content-Type": metrics.registry.contentType }),
  );

  app.openapi(
    jsonRoute(
      "post",
      "/v1/users/{user}/plays",
      "Takes in a play; it is durable when this answers",
      contract.playReply,
      {
        params: contract.userParams,
        body: contract.playBody,
      },
    ),
    async (c) => {
      const { user } = c.req.valid("param");
      const { item, time = Math.floor(Date.now() / 1000) } = c.req.valid("json");
      const answer = await listeners.play(user, item, time);
      metrics.play(answer.repeated ? "repeated" : answer.known ? "new" : "unknown");
      return c.json(answer, 200);
    },
  );
  app.openapi(
    jsonRoute("get", "/v1/users/{user}/recommendations", "The likeliest next plays", contract.listReply, {
      params: contract.userParams,
      query: contract.listQuery,
    }),
    async (c) => {
      const { user } = c.req.valid("param");
      const { k, seen } = c.req.valid("query");
      const { model, items, scores } = await listeners.list(user, k, seen, Date.now() / 1000);
      const { ids } = model.saved.items;
      const rows = Array.from(items, (item, at) => ({
        rank: at + 1,
        item: ids[item],
        title: model.saved.titles[item],
        score: scores[at],
      }));
      return c.json({ user, model: model.id, items: rows }, 200);
    },
  );
  app.openapi(
    jsonRoute("delete", "/v1/users/{user}", "Removes all that the service has of a listener", contract.forgetReply, {
      params: contract.userParams,
    }),
    async (c) => c.json({ plays: await listeners.forget(c.req.valid("param").user) }, 200),
  );
  app.openapi(jsonRoute("get", "/v1/model", "The model that answers", contract.modelReply), (c) =>
    c.json(described(models.current), 200),
  );
  app.openapi(
    jsonRoute("post", "/v1/model", "Puts another model in place, without a dropped request", contract.modelReply, {
      body: contract.modelBody,
    }),
    (c) => {
      const { run, sha256 } = c.req.valid("json");
      return c.json(described(options.swap(run, sha256)), 200);
    },
  );

  const info = { title: "Refrain: recommendations", version: options.version };
  app.doc31("/openapi.json", { openapi: "3.1.0", info });
  app.get("/docs", (c) => c.html(docsPage(app.getOpenAPI31Document({ openapi: "3.1.0", info }))));
  return app;
}

/** Counts and times every request, and gives every reply the safe headers. */
function counted({ metrics, state }: ServiceOptions) {
  return async (c: HonoContext, next: Next): Promise<void> => {
    const began = performance.now();
    state.inFlight++;
    try {
      await next();
    } finally {
      state.inFlight--;
      const route = c.req.path.replace(TEMPLATE, "/v1/users/{user}");
      const seconds = (performance.now() - began) / 1000;
      metrics.request(ROUTES.has(route) ? route : "other", c.req.method, c.res.status, seconds);
      for (const [name, value] of Object.entries(SAFE_HEADERS)) c.res.headers.set(name, value);
      c.res.headers.set("Cache-Control", "no-store");
      if (state.isStopping) c.res.headers.set("Connection", "close");
    }
  };
}

type Refuse = (c: HonoContext, failure: Failure) => Response;

/** Who may ask, how often, and how many at once. */
function guarded({ state, token, rate, behindProxy, loopbackPort, mostInFlight = 1000 }: ServiceOptions, no: Refuse) {
  const limiter = rate > 0 ? new RateLimiterMemory({ points: rate, duration: 1 }) : undefined;
  return async (c: HonoContext, next: Next): Promise<Response | undefined> => {
    const { method, path } = c.req;
    const head = { method, path, header: (name: string) => c.req.header(name) };
    const port = loopbackPort();
    const refusal =
      (port === null ? null : refusalOfPlace(head, port)) ??
      (token === null || OPEN.has(path) ? null : refusalOfToken(head, token));
    if (refusal) {
      if (refusal.status === 401) c.header("WWW-Authenticate", "Bearer");
      return no(c, { ...refusal, remedy: null });
    }
    if (!OPEN.has(path) && state.inFlight > mostInFlight) {
      c.header("Retry-After", "1");
      return no(c, { code: "OVERLOADED", message: "Too many requests are being answered.", remedy: "Try again." });
    }
    if (limiter && !OPEN.has(path)) {
      try {
        await limiter.consume(clientOf(c, behindProxy));
      } catch {
        c.header("Retry-After", "1");
        return no(c, {
          code: "TOO_MANY_REQUESTS",
          message: `At most ${rate} requests a second from one address are answered.`,
          remedy: "Send fewer, or start the server with another --rate.",
        });
      }
    }
    await next();
    return undefined;
  };
}

function described({ id, fingerprint, saved, streaming }: ServedModel) {
  const search: "exact" | "approximate" = streaming.findItems ? "approximate" : "exact";
  return { run: id, fingerprint, items: saved.items.size, users: saved.users.size, search };
}
