// The API over requests, with engine processes that answer from a table.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { preview } from "../../app/engine/data.js";
import { commandOf } from "../../app/server/command.js";
import { byName, receive, safeName } from "../../app/server/uploads.js";
import { over } from "../../src/recipes/config.js";
import { runConfig, withPreset } from "../../src/recipes/index.js";
import { testApp } from "../support/app.js";
import { withFolder } from "../support/cli.js";
import { writeRun } from "../support/runs.js";

const RUN = "2026-01-02T03-04-05-a";

test("runs: rows, states and what is not there", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN);
    writeRun(folder, "2026-01-03T00-00-00-dead", { status: "training" });
    writeRun(folder, "2026-01-04T00-00-00-held", { status: "training" });
    writeFileSync(join(folder, "2026-01-04T00-00-00-held", "lock"), String(process.pid));
    const { ask } = testApp(folder);
    const { runs } = (await (await ask("/api/runs")).json()) as { runs: { id: string; state: string }[] };
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      ["2026-01-04T00-00-00-held", "elsewhere"],
      ["2026-01-03T00-00-00-dead", "interrupted"],
      [RUN, "finished"],
    ]);
    const detail = (await (await ask(`/api/runs/${RUN}`)).json()) as Record<string, unknown>;
    expect(detail).toMatchObject({ command: "npx refrain train", resumable: false, job: null });
    const missing = await ask("/api/runs/none");
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { code: "RUN_NOT_FOUND", remedy: expect.any(String) } });
  });
});

test("the shelf: marks, the trash and back, and every window hears of it", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN);
    const { ask, post, hub } = testApp(folder);
    const heard: unknown[] = [];
    hub.subscribe(({ event }) => heard.push(event));
    const rows = async (path: string) => ((await (await ask(path)).json()) as { runs: Record<string, unknown>[] }).runs;
    expect((await post(`/api/runs/${RUN}/marks`, { pinned: true, tags: ["best"] })).status).toBe(200);
    expect(await (await post(`/api/runs/${RUN}/marks`, { archived: true })).json()).toEqual({
      tags: ["best"],
      pinned: true,
      archived: true,
    });
    expect(await rows("/api/runs")).toMatchObject([{ id: RUN, tags: ["best"], pinned: true, archived: true }]);
    expect(await (await post(`/api/runs/${RUN}/delete`, {})).json()).toEqual({ id: RUN });
    expect([await rows("/api/runs"), (await rows("/api/trash")).length]).toEqual([[], 1]);
    expect((await post(`/api/runs/${RUN}/delete`, {})).status).toBe(404);
    expect((await post(`/api/trash/${RUN}/restore`, {})).status).toBe(200);
    expect(await rows("/api/runs")).toMatchObject([{ id: RUN, tags: ["best"] }]);
    await post(`/api/runs/${RUN}/delete`, {});
    expect((await post(`/api/trash/${RUN}/erase`, {})).status).toBe(200);
    expect(await rows("/api/trash")).toEqual([]);
    expect(heard).toEqual(Array(6).fill({ runs: "changed" }));
    for (const bad of [{ tags: "x" }, { other: 1 }, { pinned: "yes" }])
      expect((await post(`/api/runs/${RUN}/marks`, bad)).status).toBe(422);
    expect((await post("/api/trash/..%2F..%2Fetc/erase", {})).status).toBe(404);
  });
});

test("a run that is trained here is not deleted", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN, { status: "interrupted" });
    const { post } = testApp(folder, { resume: () => new Promise(() => {}) });
    await post(`/api/runs/${RUN}/resume`, {});
    expect((await post(`/api/runs/${RUN}/delete`, {})).status).toBe(409);
  });
});

test("reference lines come from a run on the same test part, and from no other", async () => {
  await withFolder(async (folder) => {
    const results = { rows: [{ scorer: "markov", metrics: [{ name: "HR@10", value: 0.5 }] }] };
    const config = (options: object) => ({ config: runConfig(options) });
    const old = { cleaning: { latest: 1_700_000_000 } };
    writeRun(folder, "1-same", { results, ...config(old) });
    writeRun(folder, "2-other-cleaning", { results, ...config({ cleaning: { minimumUserPlays: 9 } }) });
    writeRun(folder, "3-other-reading", { results, ...config({ data: { sessionGapMinutes: 30 } }) });
    writeRun(folder, "4-other-file", { results, data: { path: "jkpop", sha256: "1" } });
    writeRun(folder, RUN, { status: "interrupted" });
    const { ask } = testApp(folder);
    const { references } = (await (await ask(`/api/runs/${RUN}`)).json()) as { references: unknown };
    expect(references).toEqual({ run: "1-same", rows: [{ scorer: "markov", metrics: { "HR@10": 0.5 } }] });
  });
});

test("a configuration is checked with the place of each fault, and told as a command", async () => {
  await withFolder(async (folder) => {
    const { post } = testApp(folder);
    const bad = await post("/api/config", { options: { train: { epochs: 0 }, other: 1 } });
    const { issues } = (await bad.json()) as { issues: { path: string }[] };
    expect(issues.map(({ path }) => path)).toEqual(["train.epochs", ""]);
    const options = { name: "a b", data: { path: "/x y/log.csv" }, model: { cell: "gru" } };
    const fine = (await (
      await post("/api/config", { preset: "article", options: { ...options, name: "ab" } })
    ).json()) as {
      command: string;
    };
    expect(fine.command).toBe(
      "npx refrain train --preset article --name ab --data '/x y/log.csv' --set model.cell=gru",
    );
    const on = await post("/api/config", { preset: "movielens", options: { data: { path: "ml-1m" } } });
    expect(await on.json()).toMatchObject({
      config: { cleaning: { minimumUserPlays: 5 }, protocol: { seen: "remove" } },
      usual: { cleaning: { minimumUserPlays: 5 }, data: { path: "jkpop" } },
      command: "npx refrain train --preset movielens --data ml-1m",
    });
    expect((await post("/api/config", { preset: "__proto__" })).status).toBe(422);
    expect((await post("/api/config", { preset: "toString" })).status).toBe(422);
  });
});

test("the command of a run gives the run again: what a person set, and nothing that follows of itself", () => {
  const at = new Date("2026-01-02T03:04:05Z");
  const made = { cleaning: { latest: at.getTime() / 1000 + 86_400 - 40 } };
  const command = (options: object) => commandOf(runConfig(withPreset("default", over(made, options))), "default", at);
  expect(command({})).toBe("npx refrain train");
  expect(command({ cleaning: { latest: 1_600_000_000 } })).toBe("npx refrain train --set cleaning.latest=1600000000");
  expect(command({ data: { path: "ml-1m" }, protocol: { seen: "keep" } })).toBe(
    "npx refrain train --data ml-1m --set protocol.seen=keep",
  );
  expect(command({ data: { encoding: "5", titles: "a b" } })).toBe(
    `npx refrain train --set 'data.titles=a b' --set 'data.encoding="5"'`,
  );
});

test("a training run: start, events, one at a time, pause, resume", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN, { status: "interrupted" });
    let finish: (value: null) => void = () => {};
    const { ask, post, engines, hub } = testApp(folder, {
      train: (_, note) => {
        note({
          type: "prepared",
          folder: join(folder, RUN),
          engine: "wasm",
          counts: { users: 1, items: 2, events: 3 },
          split: "x",
          read: 4,
          kept: 3,
        });
        note({ type: "start", epochs: 2, stepsPerEpoch: 5, parameterCount: 9, resumedFromStep: 0 });
        for (let step = 1; step <= 3; step++)
          note({
            type: "step",
            step,
            totalSteps: 10,
            epoch: 1,
            loss: 1 / step,
            learningRate: 0.1,
            gradientNorm: 1,
            positionsPerSecond: 7,
            secondsLeft: Number.NaN,
          });
        note({ type: "checkpoint", step: 3, path: "x" });
        return new Promise((resolve) => {
          finish = (value) => {
            note({ type: "interrupted", folder });
            resolve(value);
          };
        });
      },
      pause: () => {
        finish(null);
        return null;
      },
      resume: () => new Promise(() => {}),
    });
    const started = (await (await post("/api/runs", { options: { name: "a" } })).json()) as { job: { id: string } };
    const detail = (await (await ask(`/api/runs/${started.job.id}`)).json()) as {
      job: Record<string, unknown>;
      steps: unknown[];
    };
    expect(detail.job).toMatchObject({
      state: "training",
      runId: RUN,
      step: 3,
      totalSteps: 10,
      secondsLeft: null,
      resumable: true,
    });
    expect(detail.steps).toHaveLength(3);
    expect((await post("/api/runs", {})).status).toBe(409);
    expect((await post(`/api/runs/${RUN}/resume`, {})).status).toBe(409);
    await post(`/api/runs/${RUN}/pause`, {});
    const paused = (await (await ask(`/api/runs/${RUN}`)).json()) as { job: { state: string }; resumable: boolean };
    expect([paused.job.state, paused.resumable]).toEqual(["paused", true]);
    expect((await post(`/api/runs/${RUN}/resume`, {})).status).toBe(200);
    const { runs } = (await (await ask("/api/runs")).json()) as { runs: { state: string }[] };
    expect(runs.map(({ state }) => state)).toEqual(["training"]);
    expect(engines.at(-1)?.asked[0]).toMatchObject({ method: "resume", params: { run: join(folder, RUN) } });
    expect(hub.lastId).toMatch(/^test-\d+$/);
  });
});

test("an engine that dies is told with what to do, and the run can be resumed", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN, { status: "training" });
    const { ask, post, engines } = testApp(folder, {
      train: (_, note) => {
        note({
          type: "prepared",
          folder: join(folder, RUN),
          engine: "wasm",
          counts: { users: 1, items: 2, events: 3 },
          split: "x",
          read: 4,
          kept: 3,
        });
        return new Promise(() => {});
      },
    });
    await post("/api/runs", {});
    engines[0].die("OUT_OF_MEMORY");
    await Promise.resolve();
    const detail = (await (await ask(`/api/runs/${RUN}`)).json()) as Record<string, unknown>;
    expect(detail).toMatchObject({
      resumable: true,
      job: { state: "failed", failure: { code: "OUT_OF_MEMORY" } },
      row: { state: "interrupted" },
    });
  });
});

test("stop ends the process; the state says that it was asked for", async () => {
  await withFolder(async (folder) => {
    const { ask, post, engines } = testApp(folder, { train: () => new Promise(() => {}) });
    const { job } = (await (await post("/api/runs", {})).json()) as { job: { id: string } };
    await post(`/api/runs/${job.id}/stop`, {});
    expect(engines[0].alive).toBe(false);
    const detail = (await (await ask(`/api/runs/${job.id}`)).json()) as { job: Record<string, unknown> };
    expect(detail.job).toMatchObject({ state: "stopped", failure: null, resumable: false });
    expect((await post("/api/runs/none/pause", {})).status).toBe(404);
  });
});

test("questions to a model carry the folder of the run; a dead explorer is replaced", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN);
    const list = { model: "LSTM", list: [], watched: [], unknown: 0, milliseconds: 1 };
    const { post, engines } = testApp(folder, { suggest: () => list });
    const body = { user: null, history: ["<script>", "__proto__"], watch: ["constructor"] };
    expect(await (await post(`/api/runs/${RUN}/suggest`, body)).json()).toEqual(list);
    expect(engines[0].asked[0].params).toEqual({
      run: join(folder, RUN),
      ...body,
      times: [],
      now: null,
      k: 20,
      newOnly: false,
    });
    engines[0].die("ENGINE_CRASHED");
    expect((await post(`/api/runs/${RUN}/suggest`, body)).status).toBe(200);
    expect(engines).toHaveLength(2);
    expect((await post(`/api/runs/${RUN}/suggest`, { ...body, k: 0 })).status).toBe(422);
    expect((await post(`/api/runs/${RUN}/suggest`, { ...body, history: ["x".repeat(501)] })).status).toBe(422);
    expect((await post("/api/runs/none/suggest", body)).status).toBe(404);
  });
});

test("events: what was missed comes again, an unknown place is told", async () => {
  await withFolder(async (folder) => {
    const { ask, hub, jobs } = testApp(folder, { train: () => new Promise(() => {}) });
    const before = hub.lastId;
    const { job } = jobs.train({ name: "x", train: { epochs: 1 } } as never, "default", folder);
    hub.publish({ job });
    const read = async (lastId: string) => {
      const controller = new AbortController();
      const reply = await ask("/api/events", { headers: { "last-event-id": lastId }, signal: controller.signal });
      const { value } = await reply.body!.getReader().read();
      controller.abort();
      return new TextDecoder().decode(value);
    };
    expect(await read(before)).toContain('"name":"x"');
    expect(await read("other-3")).toContain("event: reset");
    expect(hub.after("test-99")).toBeUndefined();
    for (let n = 0; n < 2100; n++) hub.publish({ job });
    expect(hub.after(before)).toBeUndefined();
    expect(hub.after(hub.lastId)).toEqual([]);
  });
});

test("events: one that comes before the missed ones are read is not lost", async () => {
  await withFolder(async (folder) => {
    const { ask, hub, jobs } = testApp(folder, { train: () => new Promise(() => {}) });
    const before = hub.lastId;
    const { job } = jobs.train({ name: "x", train: { epochs: 1 } } as never, "default", folder);
    for (const name of ["a", "b", "c"]) hub.publish({ job: { ...job, name } });
    const controller = new AbortController();
    const reply = await ask("/api/events", { headers: { "last-event-id": before }, signal: controller.signal });
    hub.publish({ job: { ...job, name: "later" } });
    const reader = reply.body!.getReader();
    const texts = [];
    while (texts.length < 4) texts.push(new TextDecoder().decode((await reader.read()).value));
    controller.abort();
    expect(texts.map((text) => /"name":"(\w+)"/.exec(text)?.[1])).toEqual(["a", "b", "c", "later"]);
  });
});

test("an error names an uploaded file as its owner does", () => {
  const folder = join("/r n", ".uploads");
  expect(byName(`${join(folder, "0123456789ab", "a b.csv")} holds no rows; /x/y.csv does.`, folder)).toBe(
    "a b.csv holds no rows; /x/y.csv does.",
  );
});

test("options of a run are those that somebody chose: not the moment up to which times are believed", async () => {
  await withFolder(async (folder) => {
    const startedAt = new Date(Date.now() - 3_600_000).toISOString();
    const usual = Math.floor(Date.now() / 1000) - 3600 + 86_400;
    writeRun(folder, RUN, { startedAt, config: runConfig({ cleaning: { latest: usual } }) });
    writeRun(folder, "2026-01-05T00-00-00-b", {
      startedAt,
      config: runConfig({ cleaning: { latest: 1_600_000_000 } }),
    });
    const { ask } = testApp(folder);
    const optionsOf = async (run: string) =>
      ((await (await ask(`/api/runs/${run}`)).json()) as { options: [string, unknown][] }).options;
    const [one, other] = [await optionsOf(RUN), await optionsOf("2026-01-05T00-00-00-b")];
    expect(one.map(([path]) => path)).toEqual(expect.arrayContaining(["model.cell", "train.seed"]));
    expect(one.some(([path]) => path === "cleaning.latest")).toBe(false);
    expect(other).toContainEqual(["cleaning.latest", 1_600_000_000]);
  });
});

test("faults of options are told in the language of the window", async () => {
  await withFolder(async (folder) => {
    const { post } = testApp(folder);
    const told = async (language?: string) => {
      const reply = await post("/api/config", { options: { train: { epochs: 0 } }, ...(language && { language }) });
      return ((await reply.json()) as { issues: { message: string }[] }).issues[0].message;
    };
    expect(await told()).toMatch(/^Too small/);
    expect(await told("zh")).toMatch(/\p{Script=Han}/u);
    expect((await post("/api/config", { language: "fr" })).status).toBe(422);
    // Also those that the schemas word themselves.
    const own = {
      name: "a b",
      split: { validationShare: 0.6, testShare: 0.6 },
      model: { cell: "attention", heads: 3, hiddenSize: 64 },
      protocol: { cutoffs: [5, 5] },
      baselines: ["none"],
    };
    for (const options of [own, { protocol: { candidates: "file" } }]) {
      const reply = await post("/api/config", { options, language: "zh" });
      const { issues } = (await reply.json()) as { issues: { path: string; message: string }[] };
      expect(issues.map(({ path }) => path.split(".")[0])).toEqual(Object.keys(options));
      for (const { message } of issues) expect(message).toMatch(/\p{Script=Han}/u);
    }
  });
});

test("a log whose columns cannot be told is shown by their names, and read once they are chosen", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "odd.csv");
    writeFileSync(path, "wer;was;wann\nu1;Lemon;1700000000\nu2;Ditto;1700000060\n");
    const of = (columns: Record<string, string>) => preview(runConfig({ data: { path, columns } }), () => {});
    expect(await of({})).toEqual({ detected: null, columns: ["wer", "was", "wann"], rows: [], roles: [], count: 0 });
    expect(await of({ user: "wer" })).toMatchObject({ detected: null });
    expect(await of({ user: "wer", item: "was" })).toMatchObject({
      detected: { roles: { user: "wer", item: "was" } },
      columns: ["wer", "was", "wann"],
      count: 2,
    });
    await expect(preview(runConfig({ data: { path: join(folder, "none.csv") } }), () => {})).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
  });
});

test("an upload gets a name that leads nowhere, and nothing is left of one that fails", async () => {
  await withFolder(async (folder) => {
    const { ask } = testApp(folder);
    const reply = await ask("/api/data/upload?name=..%2F..%2Fevil.csv.gz", { method: "POST", body: "user,item\n" });
    const { path, bytes } = (await reply.json()) as { path: string; bytes: number };
    expect(path.startsWith(join(folder, ".uploads"))).toBe(true);
    expect(path.endsWith("evil.csv.gz")).toBe(true);
    expect([readFileSync(path, "utf8"), bytes]).toEqual(["user,item\n", 10]);
    const body = (text: string) => new Response(text).body;
    await expect(receive(body("too long"), join(folder, "b"), "x", 3)).rejects.toMatchObject({
      code: "FILE_TOO_LARGE",
    });
    await expect(receive(body(""), join(folder, "b"), "x")).rejects.toMatchObject({ code: "FILE_EMPTY" });
    await expect(receive(null, join(folder, "b"), "x")).rejects.toMatchObject({ code: "FILE_EMPTY" });
    expect(existsSync(join(folder, "b", "x"))).toBe(false);
    expect(["..", "a/b\\c.csv", "夜に駆ける.csv", "", "a\u0000b"].map(safeName)).toEqual([
      "log",
      "c.csv",
      "夜に駆ける.csv",
      "log",
      "a_b",
    ]);
  });
});

test("OpenAPI names every route", async () => {
  await withFolder(async (folder) => {
    const { paths, openapi } = (await (await testApp(folder).ask("/api/openapi.json")).json()) as {
      paths: Record<string, unknown>;
      openapi: string;
    };
    expect(openapi).toBe("3.1.0");
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(["/api/runs", "/api/runs/{run}/suggest", "/api/data/upload", "/api/config"]),
    );
  });
});
