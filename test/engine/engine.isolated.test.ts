// Which engine starts, where the native one does not load.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

vi.mock("node:module", async (original) => {
  const real = await original<typeof import("node:module")>();
  return {
    ...real,
    createRequire: (place: string) => (name: string) => {
      if (!name.startsWith("@tensorflow/tfjs-node")) return real.createRequire(place)(name);
      throw new Error("libtensorflow.so.2: cannot open shared object file\nRequire stack: …");
    },
  };
});

/** A module that has not started any engine yet. */
async function fresh() {
  vi.resetModules();
  return (await import("../../src/engine/engine.js")).startEngine;
}

describe("choice of the engine without a native one", () => {
  beforeEach(() => vi.stubEnv("REFRAIN_ENGINE", undefined));
  afterEach(() => vi.unstubAllEnvs());

  test("asked for: ENGINE_UNAVAILABLE with the first line of the reason, and asking again tries again", async () => {
    vi.stubEnv("REFRAIN_ENGINE", "native");
    const startEngine = await fresh();
    const error = await startEngine().catch((reason) => reason);
    expect(error).toMatchObject({ code: "ENGINE_UNAVAILABLE" });
    expect(error.message).toContain("cannot open shared object file");
    expect(error.message).not.toContain("\n");
    vi.stubEnv("REFRAIN_ENGINE", "cpu");
    expect((await startEngine()).name).toBe("cpu");
  });

  test.each(["train", "score"] as const)("nothing asked for: WASM, to %s", async (purpose) => {
    const startEngine = await fresh();
    const engine = await startEngine(purpose);
    expect(engine).toMatchObject({ name: "wasm", version: expect.stringMatching(/^tfjs-backend-wasm \d/) });
    expect(engine.reason).toContain(purpose === "train" ? "not installed" : "soonest");
    vi.stubEnv("REFRAIN_ENGINE", "cpu");
    expect(await startEngine()).toBe(engine);
  });

  test("a model without an engine: ENGINE_NOT_STARTED, and not plain JavaScript without a word", async () => {
    const startEngine = await fresh();
    const { modelConfig, RecurrentModel } = await import("../../src/model/index.js");
    const make = () => new RecurrentModel(modelConfig({ embeddingSize: 2, hiddenSize: 2 }), 3, 2, 1);
    expect(make).toThrow(expect.objectContaining({ code: "ENGINE_NOT_STARTED" }));
    vi.stubEnv("REFRAIN_ENGINE", "cpu");
    await startEngine();
    make().dispose();
  });

  test.each(["gpu", "WASM", "__proto__"])("an engine that is not there: %s", async (name) => {
    vi.stubEnv("REFRAIN_ENGINE", name);
    await expect((await fresh())()).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
  });
});
