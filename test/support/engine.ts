// Every test file that needs tensors starts the engine through here and proves that none is left over.
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type Engine, startEngine, tf } from "../../src/engine/index.js";

export let engine: Engine;

/** Starts the engine before the tests of a file and fails any test that leaves a tensor behind. */
export function useEngine(): void {
  let before = 0;
  beforeAll(async () => {
    engine = await startEngine();
  });
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors, "tensors left over").toBe(before);
  });
}
