// What the server does with its engine processes, which answer from a table here.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { EngineChooser } from "../../app/server/engine-choice.js";
import { EngineFailure } from "../../app/server/engine-process.js";
import { testApp } from "../support/app.js";
import { withFolder } from "../support/cli.js";
import { writeRun } from "../support/runs.js";

const RUN = "2026-01-02T03-04-05-a";

test("an engine names an uploaded file by its own name in answers, in news and in failures", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, ".uploads", "0123456789ab", "mine.csv");
    const { ask, post } = testApp(folder, {
      audit: () => ({ findings: [{ values: { reason: `${path} holds nothing.` } }], count: 1, none: null }),
      train: () => {
        throw new EngineFailure({ code: "NO_EVENTS_LEFT", message: `${path}: no event is left.`, remedy: null });
      },
    });
    const audit = await post("/api/data/audit", { options: { data: { path } } });
    expect(await audit.json()).toEqual({
      findings: [{ values: { reason: "mine.csv holds nothing." } }],
      count: 1,
      none: null,
    });
    const { job } = (await (await post("/api/runs", { options: { data: { path } } })).json()) as {
      job: { id: string };
    };
    const detail = (await (await ask(`/api/runs/${job.id}`)).json()) as Record<string, unknown>;
    expect(detail).toMatchObject({ job: { failure: { message: "mine.csv: no event is left." } } });
    // The command must find the file; what two runs are compared by need not.
    expect(detail.command).toContain(path);
    expect(detail.options).toContainEqual(["data.path", "mine.csv"]);
  });
});

test("a checkpoint on demand is asked of the process that trains; of an ended run nothing", async () => {
  await withFolder(async (folder) => {
    const { post, engines } = testApp(folder, { train: () => new Promise(() => {}), checkpoint: () => null });
    const { job } = (await (await post("/api/runs", {})).json()) as { job: { id: string } };
    expect((await post(`/api/runs/${job.id}/checkpoint`, {})).status).toBe(200);
    expect(engines[0].asked.map(({ method }) => method)).toEqual(["train", "checkpoint"]);
    await post(`/api/runs/${job.id}/stop`, {});
    await post(`/api/runs/${job.id}/checkpoint`, {});
    expect(engines[0].asked).toHaveLength(2);
  });
});

test("the engine that is chosen is taken by new processes, and remembered beside the runs", async () => {
  await withFolder(async (folder) => {
    const found = { name: "wasm", version: "1" };
    const { ask, post, engines } = testApp(folder, { engine: () => found, songs: () => [] });
    writeRun(folder, RUN);
    await ask(`/api/runs/${RUN}/songs`);
    expect(await (await ask("/api/engine")).json()).toEqual({ choice: "auto", ...found });
    expect(await (await post("/api/engine", { choice: "wasm" })).json()).toEqual({ choice: "wasm", ...found });
    expect(engines[0].alive).toBe(false); // the models that were open go over to the new engine
    const file = join(folder, ".app", "engine.json");
    expect([new EngineChooser(file).choice, new EngineChooser(file).variables]).toEqual([
      "wasm",
      { REFRAIN_ENGINE: "wasm" },
    ]);
    writeFileSync(file, "{");
    expect(new EngineChooser(file).variables).toEqual({});
    expect((await post("/api/engine", { choice: "cpu" })).status).toBe(422);
  });
});

test("another engine takes the next question, and what was asked of the one before is still answered", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN);
    let give: (map: unknown) => void = () => {};
    const map = { points: [], explained: 0, total: 0 };
    const { ask, post, engines } = testApp(folder, {
      engine: () => ({ name: "wasm", version: "1" }),
      map: () => new Promise((resolve) => (give = resolve)),
      songs: () => [],
    });
    const asked = ask(`/api/runs/${RUN}/map`);
    await vi.waitFor(() => expect(engines[0]?.asked).toHaveLength(1));
    await post("/api/engine", { choice: "wasm" });
    expect(engines[0].alive).toBe(true);
    expect((await ask(`/api/runs/${RUN}/songs`)).status).toBe(200);
    expect(engines.map((engine) => engine.asked.map(({ method }) => method))).toEqual([["map"], ["engine"], ["songs"]]);
    give(map);
    expect(await (await asked).json()).toEqual(map);
    expect(engines.map(({ alive }) => alive)).toEqual([false, false, true]);
  });
});

test("while one question to a run still tells what is done, the end of another hides nothing", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN);
    const notes: ((note: unknown) => void)[] = [];
    const ends: ((value: unknown) => void)[] = [];
    const open = (_: unknown, note: (note: unknown) => void) => {
      notes.push(note);
      return new Promise((resolve) => ends.push(resolve));
    };
    const { ask, hub } = testApp(folder, { evaluation: open, map: open });
    const heard: unknown[] = [];
    hub.subscribe(({ event }) => heard.push("opening" in event && (event.opening?.stage ?? null)));
    const first = ask(`/api/runs/${RUN}/evaluation`);
    await vi.waitFor(() => expect(notes).toHaveLength(1));
    const second = ask(`/api/runs/${RUN}/map`);
    await vi.waitFor(() => expect(notes).toHaveLength(2));
    notes[0]({ stage: "log" });
    notes[1]({ stage: "map" });
    ends[0]({});
    await first;
    expect(heard).toEqual(["log", "map"]);
    ends[1]({});
    await second;
    expect(heard).toEqual(["log", "map", null]);
  });
});

test("what is done before a run can answer is told to every window, and its end", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN);
    const { ask, hub } = testApp(folder, {
      map: (_, note) => {
        for (const done of [1, 2]) note({ stage: "log", done });
        note({ stage: "map" });
        return { points: [], explained: 0, total: 0 };
      },
      songs: () => [],
    });
    const heard: unknown[] = [];
    hub.subscribe(({ event }) => heard.push(event));
    await ask(`/api/runs/${RUN}/map`);
    await ask(`/api/runs/${RUN}/songs`);
    // Rows come so fast that not each is told.
    expect(heard).toEqual([
      { run: RUN, opening: { stage: "log", done: 1 } },
      { run: RUN, opening: { stage: "map" } },
      { run: RUN, opening: null },
    ]);
  });
});

test("the curve and the log of a run outlive the server, and a resumed run goes on behind them", async () => {
  await withFolder(async (folder) => {
    writeRun(folder, RUN, { status: "interrupted" });
    const step = (at: number) => ({
      type: "step",
      step: at,
      totalSteps: 10,
      epoch: 1,
      loss: 1 / at,
      learningRate: 0.1,
      gradientNorm: 1,
      positionsPerSecond: 7,
      secondsLeft: 1,
    });
    const start = { type: "start", epochs: 2, stepsPerEpoch: 5, parameterCount: 9 };
    const first = testApp(folder, {
      resume: (_, note) => {
        note({ ...start, resumedFromStep: 0 });
        for (const at of [1, 2]) note(step(at));
        note({ type: "checkpoint", step: 2, path: "x" });
        note(step(3)); // the server is killed before the next checkpoint
        return new Promise(() => {});
      },
    });
    await first.post(`/api/runs/${RUN}/resume`, {});
    const second = testApp(folder, {
      resume: (_, note) => {
        note({ ...start, resumedFromStep: 2 });
        for (const at of [3, 4]) note(step(at));
        return new Promise(() => {});
      },
    });
    type Detail = { steps: { step: number }[]; log: { key: string }[] };
    const seen = async () => {
      const { steps, log } = (await (await second.ask(`/api/runs/${RUN}`)).json()) as Detail;
      return [steps.map((point) => point.step), log.map(({ key }) => key)];
    };
    expect(await seen()).toEqual([
      [1, 2],
      ["log.model", "log.checkpoint"],
    ]);
    await second.post(`/api/runs/${RUN}/resume`, {});
    expect(await seen()).toEqual([
      [1, 2, 3, 4],
      ["log.model", "log.checkpoint", "log.resumed"],
    ]);
    writeFileSync(join(folder, RUN, "curve.json"), "{");
    expect(testApp(folder).store.detail(RUN)).toMatchObject({ steps: [], log: [] });
  });
});
