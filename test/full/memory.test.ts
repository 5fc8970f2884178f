// Memory over many steps. Minutes long: .ci/run asks for it.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { Adam, tf } from "../../src/engine/index.js";
import { RecurrentModel } from "../../src/model/index.js";
import { toBatch } from "../../src/sequence/batches.js";
import { gradientStep } from "../../src/train/index.js";
import { isLongRun } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { smallModel } from "../support/training.js";

useEngine();

// In a worker that ran other tests before, the collector may wait for long; garbage that waits is no leak.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Steps of a small model on batches of ever changing shape; resident memory in MB after each thousand. */
function residentAfterThousands(thousands: number): { readonly resident: number[]; readonly tensors: number[] } {
  const V = 300;
  const model = new RecurrentModel(smallModel(), V, 5, 1);
  const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 });
  const random = Random.stream(1, "memory");
  const [resident, tensors]: [number[], number[]] = [[], []];
  for (let thousand = 0; thousand < thousands; thousand++) {
    for (let step = 0; step < 1000; step++) {
      const windows = Array.from({ length: 2 + random.integer(6) }, (_, user) => ({
        user: user % 5,
        items: Int32Array.from({ length: 2 + random.integer(12) }, () => 1 + random.integer(V)),
      }));
      gradientStep(model, optimizer, toBatch(windows), { learningRate: 1e-3, clipNorm: 1, random });
    }
    collectGarbage();
    tensors.push(tf.memory().numTensors);
    resident.push(process.memoryUsage.rss() / 1e6);
  }
  optimizer.dispose();
  model.dispose();
  return { resident, tensors };
}

test.skipIf(!isLongRun)(
  "10,000 steps: not one tensor more after the first thousand, and flat memory (needs REFRAIN_FULL=1)",
  { timeout: 600_000 },
  () => {
    const { resident, tensors } = residentAfterThousands(10);
    expect(new Set(tensors).size).toBe(1);
    expect(Math.max(...resident.slice(7)) - Math.max(...resident.slice(2, 5))).toBeLessThan(30);
  },
);
