import type { OpenAPIHono } from "@hono/zod-openapi";
import { configOf } from "../configure.js";
import type { Context } from "../context.js";
import * as contract from "../contract.js";
import { receive } from "../uploads.js";
import { jsonRoute } from "./route.js";

/** Logs: uploading, what was detected, the audit. */
export function addDataRoutes(app: OpenAPIHono, { engines, uploads }: Context): void {
  app.openapi(
    jsonRoute("post", "/api/data/upload", "Takes a file as the body of the request", contract.uploadReply, {
      query: contract.uploadQuery,
    }),
    async (c) => c.json(await receive(c.req.raw.body, uploads, c.req.valid("query").name), 200),
  );

  app.openapi(
    jsonRoute("post", "/api/data/preview", "What was detected in a log", contract.previewReply, {
      body: contract.configBody,
    }),
    async (c) => {
      const { preset, options } = c.req.valid("json");
      return c.json(await engines.once("preview", { config: configOf(preset, options) }), 200);
    },
  );

  app.openapi(
    jsonRoute("post", "/api/data/audit", "The audit of a log", contract.auditReply, { body: contract.configBody }),
    async (c) => {
      const { preset, options } = c.req.valid("json");
      return c.json(await engines.once("audit", { config: configOf(preset, options) }), 200);
    },
  );
}
