import type { OpenAPIHono } from "@hono/zod-openapi";
import { jsonRoute } from "refrain/serve";
import type { Context } from "../context.js";
import * as contract from "../contract.js";

/** Questions to a trained model: listeners, lists, reasons, items, evaluation. */
export function addModelRoutes(app: OpenAPIHono, { store, engines }: Context): void {
  const params = contract.runParameter;
  const folder = (run: string) => store.folderOf(run);

  app.openapi(
    jsonRoute("get", "/api/runs/{run}/listeners", "Listeners of a run", contract.listenersReply, {
      params,
      query: contract.listenersQuery,
    }),
    async (c) =>
      c.json(
        await engines.explore("listeners", { run: folder(c.req.valid("param").run), ...c.req.valid("query") }),
        200,
      ),
  );

  app.openapi(
    jsonRoute("get", "/api/runs/{run}/timeline", "All plays of a listener", contract.timelineReply, {
      params,
      query: contract.userQuery,
    }),
    async (c) =>
      c.json(
        await engines.explore("timeline", { run: folder(c.req.valid("param").run), ...c.req.valid("query") }),
        200,
      ),
  );

  app.openapi(
    jsonRoute("post", "/api/runs/{run}/suggest", "The list after a history", contract.suggestReply, {
      params,
      body: contract.suggestBody,
    }),
    async (c) =>
      c.json(await engines.explore("suggest", { run: folder(c.req.valid("param").run), ...c.req.valid("json") }), 200),
  );

  app.openapi(
    jsonRoute("post", "/api/runs/{run}/explain", "Reasons of a list", contract.explainReply, {
      params,
      body: contract.explainBody,
    }),
    async (c) => {
      const rows = await engines.explore("explain", { run: folder(c.req.valid("param").run), ...c.req.valid("json") });
      return c.json({ rows }, 200);
    },
  );

  app.openapi(
    jsonRoute("post", "/api/runs/{run}/states", "The hidden state through a history", contract.statesReply, {
      params,
      body: contract.statesBody,
    }),
    async (c) =>
      c.json(await engines.explore("states", { run: folder(c.req.valid("param").run), ...c.req.valid("json") }), 200),
  );

  app.openapi(
    jsonRoute("get", "/api/runs/{run}/songs", "Items by a part of their name", contract.songsReply, {
      params,
      query: contract.searchQuery,
    }),
    async (c) => {
      const songs = await engines.explore("songs", { run: folder(c.req.valid("param").run), ...c.req.valid("query") });
      return c.json({ songs }, 200);
    },
  );

  app.openapi(
    jsonRoute("get", "/api/runs/{run}/map", "Items in two dimensions", contract.mapReply, {
      params,
      query: contract.mapQuery,
    }),
    async (c) =>
      c.json(await engines.explore("map", { run: folder(c.req.valid("param").run), ...c.req.valid("query") }), 200),
  );

  app.openapi(
    jsonRoute("get", "/api/runs/{run}/neighbours", "Items near an item", contract.neighboursReply, {
      params,
      query: contract.itemQuery,
    }),
    async (c) =>
      c.json(
        await engines.explore("neighbours", { run: folder(c.req.valid("param").run), ...c.req.valid("query") }),
        200,
      ),
  );

  app.openapi(
    jsonRoute("get", "/api/runs/{run}/report", "A finished run as one HTML page", contract.reportReply, {
      params,
      query: contract.reportQuery,
    }),
    async (c) =>
      c.json(await engines.explore("report", { run: folder(c.req.valid("param").run), ...c.req.valid("query") }), 200),
  );

  app.openapi(
    jsonRoute("get", "/api/runs/{run}/evaluation", "The test part in detail", contract.evaluationReply, { params }),
    async (c) => c.json(await engines.explore("evaluation", { run: folder(c.req.valid("param").run) }), 200),
  );

  app.openapi(
    jsonRoute("post", "/api/compare", "Test results of several runs with paired tests", contract.pairsReply, {
      body: contract.pairsBody,
    }),
    async (c) => c.json(await engines.explore("pairs", { runs: c.req.valid("json").runs.map(folder) }), 200),
  );
}
