import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluateRanks, exportUsers, type ProtocolCard } from "../../src/evaluate/index.js";
import { hasCode } from "./helpers.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const card = { cutoffs: [2] } as unknown as ProtocolCard;
const users = Int32Array.of(1, 0, 1);
const evaluations = [
  evaluateRanks("LSTM", Float64Array.of(1, 3, 2), users, card, { resamples: 5 }),
  evaluateRanks("k-NN, 5", Float64Array.of(9, 1, 9), users, card, { resamples: 5 }),
];
const ids = ['=cmd|"x"', "山田, 太郎"];

test("CSV has a row for each scorer and user, and no formulas", () => {
  const path = join(folder, "users.csv");
  exportUsers(path, evaluations, ids);
  const [header, ...rows] = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(header).toBe("scorer,user,cases,Accuracy,HR@2,NDCG@2,MRR@2,Precision@2,Recall@2,MAP@2");
  expect(rows).toHaveLength(4);
  expect(rows[0].startsWith(`LSTM,"'=cmd|""x""",1,0,0,0`)).toBe(true);
  expect(rows[1]).toBe(`LSTM,"山田, 太郎",2,0.5,1,${(1 + 1 / Math.log2(3)) / 2},0.75,0.5,1,0.75`);
  expect(rows[2].startsWith('"k-NN, 5",')).toBe(true);
});

test("Parquet holds the same numbers and the ids as they are", async () => {
  const path = join(folder, "users.parquet");
  exportUsers(path, evaluations, ids);
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  const rows = await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
  expect(rows.map(({ scorer, user, cases }) => [scorer, user, cases])).toEqual([
    ["LSTM", ids[0], 1],
    ["LSTM", ids[1], 2],
    ["k-NN, 5", ids[0], 1],
    ["k-NN, 5", ids[1], 2],
  ]);
  expect(rows[1]["NDCG@2"]).toBe((1 + 1 / Math.log2(3)) / 2);
  expect(rows[2].Accuracy).toBe(1);
});

test("a user without an id and a folder in the way are refused, and nothing is left over", () => {
  expect(() => exportUsers(join(folder, "x.csv"), evaluations, ["only one"])).toThrow(hasCode("SHAPE_MISMATCH"));
  expect(() => exportUsers(folder, evaluations, ids)).toThrow(hasCode("FILE_WRITE_FAILED"));
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
