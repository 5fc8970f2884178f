// Engine processes that answer, crash, run out of memory and are killed. The programs are small ones of this test.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { endOf, startEngineProcess } from "../../app/server/engine-process.js";
import { withFolder } from "../support/cli.js";

test.each<[string, number | null, NodeJS.Signals | null, string, string]>([
  [
    "V8's heap",
    134,
    "SIGABRT",
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    "OUT_OF_MEMORY",
  ],
  ["TensorFlow's allocator", null, "SIGABRT", "terminate called after throwing std::bad_alloc", "OUT_OF_MEMORY"],
  ["the system", null, "SIGKILL", "", "ENGINE_KILLED"],
  ["a fault in native code", null, "SIGSEGV", "", "ENGINE_CRASHED"],
  ["an error that nobody caught", 1, null, "TypeError: x", "ENGINE_CRASHED"],
])("an end by %s has its own code and a remedy", (_, code, signal, output, wanted) => {
  const failure = endOf(code, signal, output);
  expect(failure.code).toBe(wanted);
  expect(failure.remedy).toMatch(/.{10,}\.$/);
});

test("answers and notes come to who asked; a failure keeps its code; a crash fails what waits", async () => {
  await withFolder(async (folder) => {
    const program = join(folder, "engine.mjs");
    writeFileSync(
      program,
      `process.on("message", ({ id, method, params }) => {
        if (method === "pause") process.abort();
        process.send({ id, note: params });
        process.send(method === "songs" ? { id, result: ["x"] } : { id, failure: { code: "RUN_NOT_FOUND", message: "m", remedy: "r" } });
      });`,
    );
    const engine = startEngineProcess(program);
    const notes: unknown[] = [];
    const params = { run: "__proto__", search: "<b>", limit: 1 };
    expect(await engine.ask("songs", params, (note) => notes.push(note))).toEqual(["x"]);
    expect(notes).toEqual([params]);
    await expect(engine.ask("evaluation", { run: "r" })).rejects.toMatchObject({
      failure: { code: "RUN_NOT_FOUND", remedy: "r" },
    });
    await expect(engine.ask("pause", null)).rejects.toMatchObject({ failure: { code: "ENGINE_CRASHED" } });
    expect(engine.alive).toBe(false);
    await expect(engine.ask("songs", params)).rejects.toMatchObject({ failure: { code: "ENGINE_CRASHED" } });
  });
});

test("a process that is killed says so", async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, "engine.mjs"), "process.on('message', () => {});");
    const engine = startEngineProcess(join(folder, "engine.mjs"));
    const answer = engine.ask("pause", null);
    engine.kill();
    await expect(answer).rejects.toMatchObject({ failure: { code: "ENGINE_KILLED" } });
  });
});
