import type { OpenAPIHono, z } from "@hono/zod-openapi";
import { jsonRoute } from "refrain/serve";
import { configOf } from "../configure.js";
import type { Context } from "../context.js";
import * as contract from "../contract.js";
import { receive } from "../uploads.js";

/** Logs: uploading, what was detected, the audit, and what a run on them would take. */
export function addDataRoutes(app: OpenAPIHono, { engines, uploads }: Context): void {
  app.openapi(
    jsonRoute("post", "/api/data/upload", "Takes a file as the body of the request", contract.uploadReply, {
      query: contract.uploadQuery,
    }),
    async (c) => c.json(await receive(c.req.raw.body, uploads, c.req.valid("query").name), 200),
  );

  // Each is asked of a process of its own, which ends when the page asks something else.
  const looks = [
    ["/api/data/preview", "What was detected in a log", "preview", contract.previewReply],
    ["/api/data/audit", "The audit of a log", "audit", contract.auditReply],
    [
      "/api/estimate",
      "Time and memory that a run would take, from a few of its steps",
      "estimate",
      contract.estimateReply,
    ],
  ] as const;
  for (const [path, summary, method, reply] of looks)
    app.openapi(jsonRoute("post", path, summary, reply as z.ZodType, { body: contract.configBody }), async (c) => {
      const { preset, options } = c.req.valid("json");
      return c.json(await engines.once(method, { config: configOf(preset, options) }, c.req.raw.signal), 200);
    });
}
