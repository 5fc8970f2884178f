import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { dataFolder } from "refrain";
import { checkJson, failureOf, jsonRoute, refusalOf, refuse, refuseInvalid, SAFE_HEADERS } from "refrain/serve";
import type { Context } from "./context.js";
import { statusReply } from "./contract.js";
import { addDataRoutes } from "./routes/data.js";
import { addEngineRoutes } from "./routes/engine.js";
import { addModelRoutes } from "./routes/models.js";
import { addRunRoutes } from "./routes/runs.js";
import { addShelfRoutes } from "./routes/shelf.js";
import type { StaticFile } from "./static-files.js";
import { byName } from "./uploads.js";

export interface AppOptions {
  readonly context: Context;
  readonly token: string;
  /** Of this server; known once it listens. */
  readonly port: () => number;
  readonly files: ReadonlyMap<string, StaticFile>;
  readonly version: string;
}

/** Largest JSON body: a history of 20,000 plays with their times is about this long. */
const MOST_JSON = 2 ** 21;
const UPLOAD = "/api/data/upload";

/** The whole server as one function from request to reply. */
export function createApp({ context, token, port, files, version }: AppOptions): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  app.onError((error, c) => {
    const failure = failureOf(error);
    return refuse(c, { ...failure, message: byName(failure.message, context.uploads) });
  });
  app.notFound((c) => refuse(c, { code: "NOT_FOUND", message: "There is nothing at this address.", remedy: null }));

  app.use(async (c, next) => {
    const { method, path } = c.req;
    const refusal = refusalOf({ method, path, header: (name) => c.req.header(name) }, port(), token);
    if (refusal) c.res = refuse(c, { ...refusal, remedy: null });
    else await next();
    for (const [name, value] of Object.entries(SAFE_HEADERS)) c.res.headers.set(name, value);
    if (path.startsWith("/api/")) c.res.headers.set("Cache-Control", "no-store");
  });
  const limit = bodyLimit({
    maxSize: MOST_JSON,
    onError: (c) =>
      refuse(c, { code: "BODY_TOO_LARGE", message: `A request holds at most ${MOST_JSON} bytes.`, remedy: null }),
  });
  app.use("/api/*", (c, next) => (c.req.path === UPLOAD ? next() : limit(c, next)));
  app.use("/api/*", async (c, next) => {
    if (c.req.method === "POST" && c.req.path !== UPLOAD) await checkJson(c.req);
    await next();
  });

  app.openapi(jsonRoute("get", "/api/status", "What runs here", statusReply), (c) =>
    c.json(
      {
        version,
        node: process.version,
        platform: `${process.platform}-${process.arch}`,
        runs: context.store.folder,
        uploads: context.uploads,
        datasets: dataFolder(),
      },
      200,
    ),
  );
  addRunRoutes(app, context);
  addShelfRoutes(app, context);
  addModelRoutes(app, context);
  addDataRoutes(app, context);
  addEngineRoutes(app, context);
  app.doc31("/api/openapi.json", { openapi: "3.1.0", info: { title: "Refrain", version } });

  app.get("*", (c) => {
    const file = files.get(c.req.path);
    if (!file) return c.notFound();
    return c.body(file.body, 200, { "Content-Type": file.type, "Cache-Control": file.cache });
  });
  return app;
}
