import type { OpenAPIHono } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { PRESETS, RefrainError, runConfig } from "refrain";
import { jsonRoute } from "refrain/serve";
import { commandOf } from "../command.js";
import { configOf, configSchema, issuesOf, usualOf } from "../configure.js";
import type { Context } from "../context.js";
import * as contract from "../contract.js";
import type { Numbered } from "../hub.js";
import { inNames } from "../uploads.js";

const KEEP_ALIVE = 15_000;

/** Runs, the processes that train them, and the stream of what they say. */
export function addRunRoutes(app: OpenAPIHono, { store, jobs, hub, uploads }: Context): void {
  app.openapi(jsonRoute("get", "/api/runs", "All runs, newest first", contract.runRows), (c) =>
    c.json({ runs: store.rows() }, 200),
  );

  app.openapi(
    jsonRoute("get", "/api/runs/{run}", "A run with its curves", contract.runDetail, { params: contract.runParameter }),
    (c) => {
      const detail = store.detail(c.req.valid("param").run);
      return c.json({ ...detail, options: inNames(detail.options, uploads) }, 200);
    },
  );

  app.openapi(jsonRoute("get", "/api/schema", "Schema of a run, and the presets", contract.schemaReply), (c) => {
    const presets = Object.entries(PRESETS).map(([name, { reason, options }]) => [
      name,
      { reason, config: runConfig(options) },
    ]);
    return c.json({ schema: configSchema(), presets: Object.fromEntries(presets) }, 200);
  });

  app.openapi(
    jsonRoute("post", "/api/config", "Checks options of a run", contract.configReply, { body: contract.checkBody }),
    (c) => {
      const { preset, options, language } = c.req.valid("json");
      const issues = issuesOf(preset, options, language);
      const config = issues.length === 0 ? configOf(preset, options) : null;
      const usual = usualOf(preset, options);
      return c.json({ config, usual, issues, command: config && commandOf(config, preset) }, 200);
    },
  );

  app.openapi(jsonRoute("post", "/api/runs", "Starts a run", contract.jobReply, { body: contract.configBody }), (c) => {
    const { preset, options } = c.req.valid("json");
    const config = configOf(preset, options);
    if (jobs.live.length > 0)
      throw new RefrainError("RUN_BUSY", `${jobs.live[0].job.name} is being trained; one run at a time.`);
    return c.json({ job: jobs.train(config, preset, store.folder).job }, 200);
  });

  app.openapi(
    jsonRoute("post", "/api/runs/{run}/resume", "Goes on with a run", contract.jobReply, {
      params: contract.runParameter,
    }),
    (c) => {
      const detail = store.detail(c.req.valid("param").run);
      if (!detail.record) throw new RefrainError("RUN_NOT_FOUND", "There is no run to resume yet.");
      if (!detail.resumable || jobs.live.length > 0)
        throw new RefrainError(
          "RUN_BUSY",
          `${detail.record.id} cannot be resumed now: it is ${detail.row?.state}, or another run is live.`,
        );
      return c.json({ job: jobs.resume(store.folderOf(detail.record.id), detail.record.config).job }, 200);
    },
  );

  for (const action of ["pause", "stop", "checkpoint"] as const)
    app.openapi(
      jsonRoute("post", `/api/runs/{run}/${action}`, `To ${action} a run`, contract.jobReply, {
        params: contract.runParameter,
      }),
      (c) => {
        const { run } = c.req.valid("param");
        const found = jobs.find(run);
        if (!found) throw new RefrainError("RUN_NOT_FOUND", `This app does not train "${run}".`);
        void found[action]();
        return c.json({ job: found.job }, 200);
      },
    );

  app.get("/api/events", (c) => {
    const wanted = c.req.header("last-event-id") ?? hub.lastId;
    return streamSSE(c, async (stream) => {
      const tell = ({ id, event }: Numbered) => void stream.writeSSE({ id, data: JSON.stringify(event) });
      // Nothing is awaited before the subscription: an event in between would reach nobody. Writes keep their order.
      const missed = hub.after(wanted);
      // The reader's place is not known any more: it must ask for the whole state again.
      if (!missed) void stream.writeSSE({ event: "reset", id: hub.lastId, data: "{}" });
      for (const one of missed ?? []) tell(one);
      const stop = hub.subscribe(tell);
      try {
        while (!stream.aborted) {
          await stream.sleep(KEEP_ALIVE);
          await stream.write(": still here\n\n");
        }
      } finally {
        stop();
      }
    });
  });
}
