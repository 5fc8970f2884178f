// Compiled kernels that belong to another machine or another version are left alone.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const record = vi.hoisted(() => ({ text: "" }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  return {
    ...real,
    existsSync: (path: string) => path.endsWith("kernels.node") || real.existsSync(path),
    readFileSync: (path: string, ...rest: never[]) =>
      path.endsWith("kernels.json") ? record.text : real.readFileSync(path, ...rest),
  };
});

describe("kernels that do not fit", async () => {
  beforeEach(() => vi.stubEnv("REFRAIN_KERNELS", undefined));
  afterEach(() => vi.unstubAllEnvs());
  const { hasKernels, processorHere, sourcesHere, useKernels } = await import("../../src/engine/kernels.js");

  test.each([
    ["another processor", { processor: "Z80", sources: sourcesHere() }],
    ["another version", { processor: processorHere(), sources: "0" }],
    ["another version", { processor: processorHere() }],
  ])("of %s", (reason, text) => {
    record.text = JSON.stringify(text);
    expect(useKernels()).toContain(reason);
    expect(hasKernels()).toBe(false);
  });

  test("the sources have a digest", () => {
    expect(sourcesHere()).toMatch(/^[0-9a-f]{64}$/);
  });
});
