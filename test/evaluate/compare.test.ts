import { describe, expect, test } from "vitest";
import { compare, evaluateRanks, type ProtocolCard, pairedDifference } from "../../src/evaluate/index.js";
import { caseGains } from "../../src/evaluate/metrics.js";
import { hasCode } from "./helpers.js";

const card: ProtocolCard = {
  split: "leave-one-out",
  part: "test",
  candidates: "full",
  seen: "keep",
  ties: "mean",
  cutoffs: [1, 10],
  cases: 60,
  users: 20,
  items: 50,
  withoutHistory: 0,
  unknownTargets: 0,
};
const users = Int32Array.from({ length: 60 }, (_, n) => Math.floor(n / 3));
const make = (name: string, rankOf: (n: number) => number, protocol = card) =>
  evaluateRanks(
    name,
    Float64Array.from({ length: protocol.cases }, (_, n) => rankOf(n)),
    users,
    protocol,
  );
const weak = make("weak", (n) => 8 + (n % 9));
const good = make("good", (n) => 1 + (n % 9));
const oracle = make("oracle", () => 1);

describe("compare", () => {
  test("sorts rows, and gives shares of the oracle and differences to the reference", () => {
    const table = compare([weak, oracle, good], { reference: "weak" });
    expect(table).toMatchObject({ protocol: card, metric: "NDCG@10", reference: "weak" });
    expect(table.rows.map(({ scorer }) => scorer)).toEqual(["oracle", "good", "weak"]);
    const value = (row: number) => table.rows[row].metrics.find(({ name }) => name === "NDCG@10")!.value;
    expect(table.rows.map(({ shareOfOracle }) => shareOfOracle)).toEqual([1, value(1), value(2)]);
    expect(table.rows[2].differences).toBeNull();
    for (const { name, ...interval } of table.rows[1].differences!)
      expect(interval).toEqual(pairedDifference(caseGains(good.ranks, name), caseGains(weak.ranks, name), users));
    expect(JSON.parse(JSON.stringify(table))).toEqual(table);
  });

  test("sorts by any metric, equal ones by name, and needs neither reference nor oracle", () => {
    const twin = make("a twin", (n) => 1 + (n % 9));
    const table = compare([good, twin, weak], { metric: "HR@10" });
    expect(table.rows.map(({ scorer }) => scorer)).toEqual(["a twin", "good", "weak"]);
    expect(table.reference).toBeNull();
    for (const { differences, shareOfOracle } of table.rows) expect([differences, shareOfOracle]).toEqual([null, null]);
    const other = { ...card, cutoffs: [1, 5] };
    expect(compare([make("x", () => 1, other)]).metric).toBe("NDCG@5");
    expect(compare([make("oracle", () => 50)]).rows[0].shareOfOracle).toBeNull();
  });

  test("refuses what cannot stand side by side", () => {
    expect(() => compare([])).toThrow(hasCode("EMPTY_CASES"));
    expect(() => compare([good, good])).toThrow(hasCode("ARGUMENT_INVALID", "names of scorers must differ"));
    expect(() => compare([good], { reference: "LSTM" })).toThrow(hasCode("ARGUMENT_INVALID", "reference"));
    expect(() => compare([good], { metric: "HR@11" })).toThrow(hasCode("ARGUMENT_INVALID", "metric"));
    const removed = make("removed", () => 1, { ...card, seen: "remove" });
    expect(() => compare([good, removed])).toThrow(hasCode("SHAPE_MISMATCH", "protocol card"));
    const shifted = { ...good, scorer: "shifted", userCodes: users.map((code) => code + 1) };
    expect(() => compare([good, shifted])).toThrow(hasCode("SHAPE_MISMATCH", "set of cases"));
  });
});
