import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tf } from "../../src/engine/index.js";
import {
  loadModel,
  type ModelConfig,
  type ModelContext,
  modelScorer,
  RecurrentModel,
  readTensorFile,
  saveModel,
  writeTensorFile,
} from "../../src/model/index.js";
import { contractQueries } from "../contract/scorer.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { newModel, smallModel, weightsOf, worldOf } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

const world = worldOf(markovWorld({ users: 4, items: 8, plays: 9 }).log);
const { items, users, titles } = world.histories;
const context: ModelContext = {
  name: "LSTM",
  items,
  users,
  titles: titles.map((title, i) => (i === 1 ? '夜に駆ける "𠮷" \u2028' : title)),
  aliases: titles.map((_, i) => (i === 1 ? ["Yoru ni Kakeru", "__proto__"] : [])),
  histories: [[], [1, 2], [3], [], [1]],
  times: [[], [1e9, 1e9 + 60], [5], [], [-1]],
  windowLength: 20,
};

/** Saves a model into a folder, then uses it. */
const saved = (use: (folder: string, scores: Float32Array) => void, seed = 1, options = {}) =>
  withFolder((folder) => {
    const model = newModel(world, smallModel(options), seed);
    try {
      saveModel(folder, model, context);
      use(
        folder,
        modelScorer(model, "x", context.windowLength).score(contractQueries(items.size, users.size)) as Float32Array,
      );
    } finally {
      model.dispose();
    }
  });

describe("saved and loaded", () => {
  test.each([
    ["lstm that copies", {}],
    ["attention in a block", { cell: "attention", block: "preNorm" }],
    ["gru, free, without users", { cell: "gru", output: "free", userEmbeddingSize: 0, repeatWindow: 0 }],
  ])("%s: the same scores, weights and names", async (_, options) => {
    await saved(
      (folder, scores) => {
        const loaded = loadModel(folder);
        expect(loaded.scorer.score(contractQueries(items.size, users.size))).toEqual(scores);
        expect(loaded.model.config).toEqual(smallModel(options as never));
        const { name, titles, aliases, histories, times, windowLength } = loaded;
        const { items: _items, users: _users, ...rest } = context;
        expect({ name, titles, aliases, histories, times, windowLength }).toEqual(rest);
        expect([loaded.items.hash(), loaded.users.hash()]).toEqual([items.hash(), users.hash()]);
        const weights = weightsOf(loaded.model);
        loaded.model.dispose();
        // Saved again, it is the same file.
        const again = newModel(world, smallModel(options as never), 7);
        for (const [name, parameter] of again.parameters) parameter.assign(weights[name]);
        const before = readFileSync(join(folder, "model.bin"));
        saveModel(folder, again, context);
        expect(readFileSync(join(folder, "model.bin")).equals(before)).toBe(true);
        again.dispose();
      },
      1,
      options,
    );
  });
});

describe("other versions", () => {
  test("a model of the first format, which knew no times, gives what it gave", async () => {
    await withFolder((folder) => {
      const model = newModel(world, smallModel({ timeGap: false, hour: false, moment: false, repeatWindow: 0 }), 1);
      saveModel(folder, model, context);
      const queries = contractQueries(items.size, users.size);
      const scores = modelScorer(model, "x", context.windowLength).score(queries);
      model.dispose();
      const path = join(folder, "model.bin");
      const { meta, tensors } = readTensorFile<{ config: ModelConfig; context: string }>(path);
      const { timeGap, hour, moment, contextDropout, attributes, block, heads, attentionWindow, ...config } =
        meta.config;
      writeTensorFile(path, { config, context: meta.context }, tensors);
      const loaded = loadModel(folder);
      expect(loaded.scorer.score(queries)).toEqual(scores);
      loaded.model.dispose();
    });
  });

  test("attributes of the items come back with the model", async () => {
    await withFolder((folder) => {
      const codes = Int32Array.from({ length: items.size + 1 }, (_, item) => item % 2);
      const attributes = [{ name: "artist", values: ["", "宇多田ヒカル"], codes }];
      const model = new RecurrentModel(smallModel({ attributes: "artist" }), items.size, users.size, 1, attributes);
      saveModel(folder, model, context);
      const queries = contractQueries(items.size, users.size);
      const scores = modelScorer(model, "x", context.windowLength).score(queries);
      model.dispose();
      const loaded = loadModel(folder);
      expect(loaded.model.attributes).toEqual(attributes);
      expect(loaded.scorer.score(queries)).toEqual(scores);
      loaded.model.dispose();
      // In format 4 attributes counted where items are scored, and had no keys.
      const path = join(folder, "model.bin");
      const { meta, tensors } = readTensorFile<object>(path);
      const before = new Map([...tensors].filter(([name]) => !name.startsWith("repeat/attribute/")));
      writeTensorFile(path, { ...meta, format: 4 }, before);
      expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "RUN_TOO_OLD" }));
    });
  });

  test("a model that copies, of a format before copies had counts and ages, is refused", async () => {
    for (const options of [{}, { timeGap: false }])
      await saved(
        (folder) => {
          const path = join(folder, "model.bin");
          const { meta, tensors } = readTensorFile<object>(path);
          const before = new Map([...tensors].filter(([name]) => !/repeat\/(count|gap)/.test(name)));
          for (const format of [1, 2]) {
            writeTensorFile(path, { ...meta, format }, before);
            expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "RUN_TOO_OLD" }));
          }
        },
        1,
        options,
      );
  });

  test("a model of the second format that does not copy gives what it gave", async () => {
    await saved(
      (folder, scores) => {
        const path = join(folder, "model.bin");
        const { meta, tensors } = readTensorFile<object>(path);
        writeTensorFile(path, { ...meta, format: 2 }, tensors);
        const loaded = loadModel(folder);
        expect(loaded.scorer.score(contractQueries(items.size, users.size))).toEqual(scores);
        loaded.model.dispose();
      },
      1,
      { repeatWindow: 0 },
    );
  });

  test("a model of a later format is refused", async () => {
    await saved((folder) => {
      const path = join(folder, "model.bin");
      const { meta, tensors } = readTensorFile<object>(path);
      writeTensorFile(path, { ...meta, format: 99 }, tensors);
      expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "RUN_TOO_NEW" }));
    });
  });
});

describe("damage has a code", () => {
  const codeOf = (folder: string) => {
    try {
      loadModel(folder).model.dispose();
      return "none";
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  test.each<[string, (size: number) => number]>([
    ["nothing", () => 0],
    ["half of the magic", () => 4],
    ["the header cut", () => 60],
    ["the weights cut", (size) => Math.floor(size / 2)],
    ["the last byte gone", (size) => size - 1],
  ])("model.bin: %s", async (_, keep) => {
    await saved((folder) => {
      const path = join(folder, "model.bin");
      truncateSync(path, keep(readFileSync(path).length));
      expect(codeOf(folder)).toBe("CHECKPOINT_DAMAGED");
    });
  });

  test("model.bin: any changed byte", async () => {
    await saved((folder) => {
      const path = join(folder, "model.bin");
      const good = readFileSync(path);
      for (const at of [0, 9, 30, 2000, good.length - 1]) {
        const bad = Buffer.from(good);
        bad[at] ^= 1;
        writeFileSync(path, bad);
        expect(codeOf(folder)).toBe("CHECKPOINT_DAMAGED");
      }
      writeFileSync(path, Buffer.concat([good, Buffer.from("x")]));
      expect(codeOf(folder)).toBe("CHECKPOINT_DAMAGED");
    });
  });

  test("context.json of another model, changed, or missing", async () => {
    await saved((folder) => {
      const path = join(folder, "context.json");
      const good = readFileSync(path, "utf8");
      writeFileSync(path, good.replace("Yoru", "Yozu"));
      expect(codeOf(folder)).toBe("RUN_DAMAGED");
      writeFileSync(path, "{");
      expect(codeOf(folder)).toBe("RUN_DAMAGED");
      rmSync(path);
      expect(codeOf(folder)).toBe("RUN_NOT_FOUND");
      writeFileSync(path, good);
      expect(codeOf(folder)).toBe("none");
      rmSync(join(folder, "model.bin"));
      expect(codeOf(folder)).toBe("RUN_NOT_FOUND");
    });
  });

  test("weights of another shape are refused, and nothing is left over", async () => {
    await withFolder(async (folder) => {
      const small = newModel(world, smallModel(), 1);
      saveModel(folder, small, context);
      small.dispose();
      const path = join(folder, "model.bin");
      const { meta, tensors } = readTensorFile<{ config: object; context: string }>(path);
      writeTensorFile(path, { ...meta, config: { ...meta.config, hiddenSize: 9 } }, tensors);
      const before = tf.memory().numTensors;
      expect(["SHAPE_MISMATCH", "RUN_DAMAGED"]).toContain(codeOf(folder));
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});

describe("tensor file", () => {
  test("keeps every bit, odd shapes and names, at any alignment", async () => {
    await withFolder((folder) => {
      const path = join(folder, "t.bin");
      const values = Float32Array.of(Number.NaN, -0, 1e-45, Number.NEGATIVE_INFINITY, 3.4e38, 1 / 3);
      const tensors = new Map([
        ["夜/é", { shape: [2, 3], values }],
        ["empty", { shape: [0], values: new Float32Array(0) }],
        ["scalar", { shape: [], values: Float32Array.of(7) }],
        ["part", { shape: [2], values: values.subarray(2, 4) }],
      ]);
      for (const padding of ["", "a", "ab", "abc"]) {
        writeTensorFile(path, { padding }, tensors);
        const read = readTensorFile<{ padding: string }>(path);
        expect(read.meta).toEqual({ padding });
        expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
        for (const [name, { shape, values: expected }] of tensors) {
          expect(read.tensors.get(name)?.shape).toEqual(shape);
          expect(new Uint8Array(read.tensors.get(name)?.values.buffer as ArrayBuffer)).toEqual(
            new Uint8Array(expected.slice().buffer),
          );
        }
      }
    });
  });

  test("what is missing or of another kind", async () => {
    await withFolder((folder) => {
      const path = join(folder, "t.bin");
      expect(() => readTensorFile(path)).toThrow(expect.objectContaining({ code: "FILE_NOT_FOUND" }));
      copyFileSync(new URL(import.meta.url), path);
      expect(() => readTensorFile(path)).toThrow(expect.objectContaining({ code: "CHECKPOINT_DAMAGED" }));
    });
  });
});
