// Published protocols on the published data, beside a second implementation that reads the raw files by itself.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fitPopularity, fitSequentialRules } from "../../src/baseline/index.js";
import { evaluate, hrAt, matchAnchors, mrrAt } from "../../src/evaluate/index.js";
import { prepare, runConfig } from "../../src/recipes/index.js";
import { isLongRun } from "../support/cli.js";

const DATA = new URL("../../../shared/data/", import.meta.url).pathname;
const at = (...path: string[]) => join(DATA, ...path);
const lines = (path: string) => readFileSync(path, "utf8").trim().split("\n");

describe.skipIf(!existsSync(at("lastfm-s3rec")))("LastFM of S3-Rec (needs ../shared/data)", () => {
  const path = at("lastfm-s3rec", "LastFM.txt");
  const config = (protocol: object) =>
    runConfig({
      data: { path },
      split: { kind: "leave-one-out" },
      cleaning: { minimumUserPlays: 1, minimumItemPlays: 1, maximumPlaysPerDay: 0 },
      protocol: { seen: "remove", ...protocol },
    });

  test("popularity among the 99 published negatives has the metrics of a plain count over the two files", async () => {
    const sampled = config({
      candidates: "file",
      negativesFile: at("lastfm-s3rec", "LastFM_sample.txt"),
      cutoffs: [1, 5, 10, 100],
    });
    const { histories } = await prepare(sampled);
    const found = await evaluate(fitPopularity(histories), histories, "test", sampled.protocol, { resamples: 10 });
    expect(found.protocol).toMatchObject({
      candidates: "file",
      cases: 1090,
      log: { users: 1090, items: 3646, events: 52_551 },
    });

    const sequences = lines(path).map((line) => line.split(" ").slice(1));
    const counts = new Map<string, number>();
    for (const items of sequences) for (const item of items.slice(0, -2)) counts.set(item, (counts.get(item) ?? 0) + 1);
    let [hits, gain, reciprocal] = [0, 0, 0];
    lines(at("lastfm-s3rec", "LastFM_sample.txt")).forEach((line, user) => {
      const target = counts.get(sequences[user].at(-1) as string);
      if (target === undefined) return; // training has never seen it
      const others = line
        .split(" ")
        .slice(1)
        .map((item) => counts.get(item) ?? 0);
      expect(others).toHaveLength(99);
      const rank = 1 + others.filter((n) => n > target).length + others.filter((n) => n === target).length / 2;
      if (rank <= 10) hits++;
      if (rank <= 10) gain += 1 / Math.log2(1 + rank);
      reciprocal += 1 / rank;
    });
    const value = (name: string) => found.metrics.find((metric) => metric.name === name)!.value;
    expect(Math.abs(value("HR@10") - hits / 1090)).toBeLessThan(1e-9);
    expect(Math.abs(value("NDCG@10") - gain / 1090)).toBeLessThan(1e-9);
    expect(Math.abs(value("MRR@100") - reciprocal / 1090)).toBeLessThan(1e-9);
    expect(matchAnchors(found.protocol).some(({ comparable }) => comparable)).toBe(false);
  });

  test("a full ranking of it may stand beside the published ones", async () => {
    const full = config({});
    const { histories } = await prepare(full);
    const { protocol } = await evaluate(fitPopularity(histories), histories, "test", full.protocol, { resamples: 10 });
    const names = matchAnchors(protocol)
      .filter(({ comparable }) => comparable)
      .map(({ anchor }) => anchor.model);
    expect(names).toContain("BSARec");
    expect(names).not.toContain("LightGCN");
  });
});

describe.skipIf(!isLongRun || !existsSync(at("rsc15-100k")))(
  "RecSys Challenge 2015 sample (needs ../shared/data and REFRAIN_FULL=1)",
  () => {
    const file = (part: string) => at("rsc15-100k", `yoochoose-clicks-100k_${part}.txt`);

    test("sequential rules at every position have the recall and MRR of a plain loop over the files, as GRU4Rec counts them", async () => {
      const config = runConfig({
        data: { path: file("train_tr"), validation: file("train_valid"), test: file("test") },
        cleaning: { minimumUserPlays: 1, minimumItemPlays: 1, maximumPlaysPerDay: 0 },
        protocol: { cutoffs: [20] },
      });
      const { histories } = await prepare(config);
      const scorer = fitSequentialRules(histories);
      const found = await evaluate(scorer, histories, "test", config.protocol, { resamples: 10 });

      // Sessions of the test file in order of time, items that training does not know left out, as its iterator does.
      const rows = lines(file("test"))
        .slice(1)
        .map((line, at) => ({ at, fields: line.split("\t") }));
      const header = lines(file("test"))[0].split("\t");
      const [session, item, time] = ["SessionId", "ItemId", "Time"].map((name) => header.indexOf(name));
      const bySession = new Map<string, { at: number; fields: string[] }[]>();
      for (const row of rows) bySession.set(row.fields[session], [...(bySession.get(row.fields[session]) ?? []), row]);
      let [n, hits, reciprocal] = [0, 0, 0];
      const width = histories.items.size + 1;
      for (const own of bySession.values()) {
        own.sort((a, b) => Number(a.fields[time]) - Number(b.fields[time]) || a.at - b.at);
        const items = own.map(({ fields }) => histories.items.indexOf(fields[item])).filter((index) => index > 0);
        for (let step = 1; step < items.length; step++) {
          const scores = await scorer.score([{ user: 0, history: Int32Array.from(items.slice(0, step)) }]);
          const target = scores[items[step]];
          let rank = 1;
          for (let other = 1; other < width; other++) {
            if (scores[other] > target) rank++;
            else if (scores[other] === target && other !== items[step]) rank += 0.5;
          }
          n++;
          if (rank <= 20) hits++;
          if (rank <= 20) reciprocal += 1 / rank;
        }
      }
      const known = found.ranks.filter(Number.isFinite);
      expect(known).toHaveLength(n);
      expect(Math.abs(hrAt(known, 20) - hits / n)).toBeLessThan(1e-9);
      expect(Math.abs(mrrAt(known, 20) - reciprocal / n)).toBeLessThan(1e-9);
    });
  },
);
