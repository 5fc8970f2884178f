import type { OpenAPIHono } from "@hono/zod-openapi";
import { jsonRoute } from "refrain/serve";
import type { Context } from "../context.js";
import * as contract from "../contract.js";

/** Which engine trains and answers here, and the choice of another. */
export function addEngineRoutes(app: OpenAPIHono, { engines, chooser }: Context): void {
  const engine = async () => ({ choice: chooser.choice, ...(await engines.once("engine", null)) });
  app.openapi(jsonRoute("get", "/api/engine", "Which engine trains here", contract.engineReply), async (c) =>
    c.json(await engine(), 200),
  );
  app.openapi(
    jsonRoute("post", "/api/engine", "Chooses the engine of what is started from now on", contract.engineReply, {
      body: contract.engineBody,
    }),
    async (c) => {
      chooser.choose(c.req.valid("json").choice);
      engines.renew();
      return c.json(await engine(), 200);
    },
  );
}
