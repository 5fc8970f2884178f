// The descriptors of datasets/, the page made from them, and a run that names one.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LAYOUTS } from "../../src/data/read/layouts/index.js";
import { datasetNames, datasetTable, findDataset } from "../../src/data/registry/index.js";
import { runConfig, withDatasetDefaults } from "../../src/recipes/index.js";
import { isBuilt, isLongRun, ROOT, startRefrain, withFolder } from "../support/cli.js";

const names = datasetNames();
const layouts = new Set(LAYOUTS.map(({ name }) => name));

test("the names", () => {
  expect(names).toEqual(
    (
      "30music amazon diginetica kkbox lastfm-1k lastfm-hetrec listenbrainz melon ml-100k ml-1m ml-20m ml-32m mpd " +
      "nowplaying retailrocket steam yambda yoochoose"
    ).split(" "),
  );
});

test.each(names)("%s is a whole descriptor that a run can use", (name) => {
  const dataset = findDataset(name);
  expect(dataset.layout === null || layouts.has(dataset.layout)).toBe(true);
  // A layout knows its columns; without one the descriptor has to name user, item and an order.
  if (dataset.layout === null)
    expect([dataset.columns.user, dataset.columns.item, dataset.columns.time ?? dataset.columns.order]).not.toContain(
      undefined,
    );
  for (const address of [dataset.homepage, ...dataset.sources]) expect(address).toMatch(/^https:/);
  const { recommended } = dataset;
  const config = runConfig(withDatasetDefaults({ data: { path: name } }));
  expect(config.split.kind).toBe(recommended.split?.kind);
  expect(config.protocol.seen).toBe(recommended.protocol?.seen);
  expect(config.cleaning).toMatchObject(recommended.cleaning ?? {});
});

test("what is given goes before the recommended protocol, and other logs keep the usual one", () => {
  const given = { data: { path: "ml-1m" }, split: { kind: "time" }, cleaning: { minimumItemPlays: 9 } };
  expect(withDatasetDefaults(given)).toMatchObject({
    split: { kind: "time" },
    protocol: { seen: "remove" },
    cleaning: { minimumUserPlays: 5, minimumItemPlays: 9 },
  });
  const other = { data: { path: "./ml-1m" } };
  expect(withDatasetDefaults(other)).toBe(other);
});

test("docs/datasets.md is made from the descriptors", () => {
  const page = readFileSync(join(ROOT, "docs", "datasets.md"), "utf8");
  expect(page).toBe(datasetTable(names.map((name) => findDataset(name))));
});

describe("a wrong descriptor is refused", () => {
  const right = JSON.parse(readFileSync(join(ROOT, "datasets", "ml-1m", "descriptor.json"), "utf8"));
  test.each<[string, Record<string, unknown>, string]>([
    ["plain http", { sources: ["http://example.org/x"] }, "needs https"],
    ["a member in a folder", { members: [{ from: "a", to: "../a" }] }, "a plain file name"],
    ["a log that is no member", { log: "other.dat" }, "not among the members"],
    ["two members with one name", { members: ["a", "b"].map((from) => ({ from, to: "ratings.dat" })) }, "one name"],
    ["no source and no way by hand", { sources: [] }, "byHand"],
    ["no checksum without a reason", { checksum: { value: null } }, "checksum"],
    ["another name than its folder's", { name: "ml-2m" }, "that of its folder"],
  ])("%s", (_, change, message) =>
    withFolder((folder) => {
      mkdirSync(join(folder, "ml-1m"));
      writeFileSync(join(folder, "ml-1m", "descriptor.json"), JSON.stringify({ ...right, ...change }));
      const wrong = expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(message) });
      expect(() => findDataset("ml-1m", folder)).toThrow(wrong);
    }),
  );

  test("no JSON", () =>
    withFolder((folder) => {
      mkdirSync(join(folder, "x1"));
      writeFileSync(join(folder, "x1", "descriptor.json"), "{");
      expect(() => findDataset("x1", folder)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    }));
});

describe.skipIf(!isBuilt)("the commands (needs dist)", () => {
  const run = (args: readonly string[], data: string, more: NodeJS.ProcessEnv = {}) =>
    startRefrain(args, { REFRAIN_DATA: data, ...more }).ended;

  test("get from a file, describe by name", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const from = join(folder, "train.csv");
      const rows = Array.from({ length: 400 }, (_, n) => `u${n % 20},s${(n * 7) % 25},tab,screen,type,1`);
      writeFileSync(from, `msno,song_id,source_system_tab,source_screen_name,source_type,target\n${rows.join("\n")}\n`);
      const early = await run(["train", "--data", "kkbox"], data);
      expect(early).toMatchObject({ code: 3, stderr: expect.stringContaining("refrain data get kkbox") });
      const asked = await run(["data", "get", "kkbox", "--from", from], data);
      expect(asked).toMatchObject({ code: 2, stderr: expect.stringMatching(/Kaggle[\s\S]*TERMS_NOT_ACCEPTED/) });
      const got = await run(["--json", "data", "get", "kkbox", "--from", from, "--accept-terms"], data);
      expect(got).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse(got.stdout)).toMatchObject({ name: "kkbox", source: from });
      const described = await run(["--json", "data", "describe", "kkbox"], data);
      expect(JSON.parse(described.stdout)).toMatchObject({
        detected: { layout: "kkbox" },
        cleaning: { read: 400 },
        profile: { users: 20, items: 25 },
      });
    }));

  test.skipIf(!isLongRun)("list, in Chinese, as JSON, and its schema (needs REFRAIN_FULL=1)", () =>
    withFolder(async (data) => {
      expect((await run(["--lang", "zh", "data", "list"], data)).stdout).toContain("数据目录");
      const listed = JSON.parse((await run(["--json", "data", "list", "kkbox"], data)).stdout);
      expect(listed).toMatchObject([{ name: "kkbox", here: null }]);
      expect(JSON.parse((await run(["data", "list", "--print-schema"], data)).stdout)).toMatchObject({
        type: "object",
      });
    }),
  );

  test("Ctrl-C while nothing comes ends with 130", () =>
    withFolder(async (data) => {
      const silent = createServer((client) => client.on("error", () => {}));
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const proxy = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const running = startRefrain(["data", "get", "ml-100k", "--accept-terms"], {
        REFRAIN_DATA: data,
        HTTPS_PROXY: proxy,
        https_proxy: proxy,
        NO_PROXY: "",
        no_proxy: "",
      });
      silent.once("connection", () => running.child.kill("SIGINT"));
      expect(await running.ended).toMatchObject({ code: 130 });
      silent.close();
    }));
});
