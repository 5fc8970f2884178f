// Folders of exports: what is in them, what never is, and that they appear whole or not at all.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeFolderAtomic } from "../../src/deploy/folder.js";
import { exportModel, sequenceFeeds, startState, stepFeeds } from "../../src/deploy/index.js";
import { modelScorer, type SavedModel } from "../../src/model/index.js";
import { Vocabulary } from "../../src/sequence/vocabulary.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { graphModelRun, hasOnnx, onnxRun, shakenModel, U, V } from "../support/networks.js";

useEngine();

const TITLES = ["", "夜に駆ける", "</script><b>", ...Array.from({ length: V - 2 }, (_, n) => `Song ${n + 3}`)];
const SECRET = "listener-secret";

function saved(options: Parameters<typeof shakenModel>[0] = {}): SavedModel {
  const model = shakenModel(options);
  return {
    name: "LSTM",
    model,
    items: new Vocabulary(TITLES.slice(1).map((_, n) => `i${n}`)),
    users: new Vocabulary(Array.from({ length: U }, (_, n) => `${SECRET}${n}`)),
    titles: TITLES,
    aliases: TITLES.map(() => []),
    histories: Array.from({ length: U + 1 }, () => []),
    windowLength: 20,
    scorer: modelScorer(model, "LSTM", 20),
  };
}

const read = (folder: string, name: string) => readFileSync(join(folder, name));

test.skipIf(!hasOnnx)(
  "ONNX: both files score as the model, hashes are those of the files, and no listener is in them (needs npm run onnx)",
  () =>
    withFolder(async (parent) => {
      const folder = join(parent, "out");
      const of = saved({ attributes: "artist" });
      const report = exportModel(of, folder, { to: "onnx" });
      expect(readdirSync(folder).sort()).toEqual([
        "README.md",
        "export.json",
        "items.json",
        "sequence.onnx",
        "step.onnx",
      ]);
      for (const { name, bytes, sha256 } of report.files) {
        expect(read(folder, name).length).toBe(bytes);
        expect(createHash("sha256").update(read(folder, name)).digest("hex")).toBe(sha256);
        expect(read(folder, "README.md").toString()).toContain(sha256);
      }
      for (const name of readdirSync(folder)) expect(read(folder, name).includes(SECRET)).toBe(false);
      const { networks } = JSON.parse(read(folder, "export.json").toString());
      const query = { user: 0, history: Int32Array.of(4, 1, 9) };
      const wanted = of.scorer.score([query]) as Float32Array;
      const sequence = await onnxRun(read(folder, "sequence.onnx"), "node");
      const { scores } = await sequence(sequenceFeeds(networks[1].inputs, [query]));
      for (let item = 1; item <= V; item++) expect(Math.abs(scores.values[item] - wanted[item])).toBeLessThan(1e-5);
      of.model.dispose();
    }),
);

test.skipIf(!hasOnnx)(
  "ONNX with users: their vectors and ids are there, and the card says so (needs npm run onnx)",
  () =>
    withFolder(async (parent) => {
      const of = saved();
      exportModel(of, parent, { to: "onnx", users: true, language: "zh" });
      expect(JSON.parse(read(parent, "items.json").toString()).users).toEqual(of.users.ids);
      expect(read(parent, "README.md").toString()).toContain("请按个人数据处理");
      const { networks } = JSON.parse(read(parent, "export.json").toString());
      const run = await onnxRun(read(parent, "step.onnx"), "node");
      const { inputs } = networks[0];
      const { scores } = await run({ ...startState(inputs), ...stepFeeds(inputs, [{ item: 0, user: 2 }]) });
      const wanted = of.scorer.score([{ user: 2, history: new Int32Array(0) }]) as Float32Array;
      for (let item = 1; item <= V; item++) expect(Math.abs(scores.values[item] - wanted[item])).toBeLessThan(1e-5);
      of.model.dispose();
    }),
);

describe.each(["fp16", "int8"] as const)("packed as %s", (precision) => {
  test.skipIf(!hasOnnx)(
    "every format is smaller and runs with the numbers of the packed weights (needs npm run onnx)",
    () =>
      withFolder(async (parent) => {
        const of = saved();
        const scoresOf: ArrayLike<number>[] = [];
        const sizes: Record<string, number[]> = { onnx: [], tfjs: [] };
        for (const to of ["onnx", "tfjs"] as const) {
          for (const each of ["fp32", precision] as const) {
            const report = exportModel(of, join(parent, to + each), { to, precision: each });
            sizes[to].push(report.files.find(({ name }) => /step|weights/.test(name))?.bytes ?? 0);
          }
          const folder = join(parent, to + precision);
          const { networks } = JSON.parse(read(folder, "export.json").toString());
          const feeds = { ...startState(networks[0].inputs), ...stepFeeds(networks[0].inputs, [{ item: 3, user: 0 }]) };
          if (to === "onnx")
            scoresOf.push((await (await onnxRun(read(folder, "step.onnx"), "node"))(feeds)).scores.values);
          else {
            const { run, dispose } = await graphModelRun(
              read(folder, "model.json").toString(),
              read(folder, "weights.bin"),
            );
            scoresOf.push((await run(feeds)).scores.values);
            dispose();
          }
          expect(sizes[to][1]).toBeLessThan(sizes[to][0]);
        }
        const exact = of.scorer.score([{ user: 0, history: Int32Array.of(3) }]) as Float32Array;
        for (let item = 1; item <= V; item++) {
          expect(Math.abs(scoresOf[0][item] - scoresOf[1][item])).toBeLessThan(1e-5);
          expect(Math.abs(scoresOf[0][item] - exact[item])).toBeLessThan(0.05);
        }
        of.model.dispose();
      }),
  );
});

test("a page holds everything, lets nothing in, and takes titles as data", () =>
  withFolder((parent) => {
    const of = saved();
    exportModel(of, parent, { to: "page" });
    const page = read(parent, "index.html").toString();
    expect(readdirSync(parent).sort()).toEqual(["README.md", "export.json", "index.html"]);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(src|href)="(?!data:,)/);
    expect(page).not.toContain("</script><b>");
    expect(page.includes(SECRET)).toBe(false);
    of.model.dispose();
  }));

describe("a folder appears whole or not at all", () => {
  const files = new Map([
    ["a", "1"],
    ["b", "2"],
  ]);

  test("an old one is refused without leave, and replaced as a whole with it", () =>
    withFolder((parent) => {
      const folder = join(parent, "out");
      mkdirSync(folder);
      writeFileSync(join(folder, "old"), "");
      expect(() => writeFolderAtomic(folder, files, false)).toThrow(expect.objectContaining({ code: "EXPORT_EXISTS" }));
      expect(readdirSync(folder)).toEqual(["old"]);
      writeFolderAtomic(folder, files, true);
      expect(readdirSync(folder).sort()).toEqual(["a", "b"]);
      expect(readdirSync(parent)).toEqual(["out"]);
    }));

  test("what cannot be written leaves nothing behind", () =>
    withFolder((parent) => {
      writeFileSync(join(parent, "file"), "");
      expect(() => writeFolderAtomic(join(parent, "file", "out"), files, false)).toThrow(
        expect.objectContaining({ code: "FILE_WRITE_FAILED" }),
      );
      const wrong = new Map([
        ["a", "1"],
        ["no/../../such\0name", "2"],
      ]);
      expect(() => writeFolderAtomic(join(parent, "out"), wrong, false)).toThrow(
        expect.objectContaining({ code: "FILE_WRITE_FAILED" }),
      );
      expect(readdirSync(parent)).toEqual(["file"]);
      expect(existsSync(join(parent, "out"))).toBe(false);
    }));
});

test("attention is refused before anything is written", () =>
  withFolder((parent) => {
    const of = saved({ cell: "attention" });
    expect(() => exportModel(of, join(parent, "out"), { to: "onnx" })).toThrow(
      expect.objectContaining({ code: "EXPORT_UNSUPPORTED" }),
    );
    expect(readdirSync(parent)).toEqual([]);
    of.model.dispose();
  }));
