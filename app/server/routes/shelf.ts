import type { OpenAPIHono } from "@hono/zod-openapi";
import { jsonRoute } from "refrain/serve";
import type { Context } from "../context.js";
import * as contract from "../contract.js";

/** Order among the runs: marks, the trash, and the way back out of it. Every window hears of a change. */
export function addShelfRoutes(app: OpenAPIHono, { store, hub }: Context): void {
  const params = contract.runParameter;
  const changed = <T>(result: T): T => {
    hub.publish({ runs: "changed" });
    return result;
  };

  app.openapi(jsonRoute("get", "/api/trash", "Deleted runs, newest first", contract.runRows), (c) =>
    c.json({ runs: store.deleted() }, 200),
  );

  app.openapi(
    jsonRoute("post", "/api/runs/{run}/marks", "Tags, pins or archives a run", contract.marksReply, {
      params,
      body: contract.marksBody,
    }),
    (c) => c.json(changed(store.mark(c.req.valid("param").run, c.req.valid("json"))), 200),
  );

  const moves = [
    ["/api/runs/{run}/delete", "Moves a run to the trash", (id: string) => store.discard(id)],
    ["/api/trash/{run}/restore", "Brings a deleted run back", (id: string) => store.restore(id)],
    [
      "/api/trash/{run}/erase",
      "Removes a deleted run for good",
      (id: string) => {
        store.erase(id);
        return id;
      },
    ],
  ] as const;
  for (const [path, summary, move] of moves)
    app.openapi(jsonRoute("post", path, summary, contract.idReply, { params, body: contract.emptyBody }), (c) =>
      c.json({ id: changed(move(c.req.valid("param").run)) }, 200),
    );
}
