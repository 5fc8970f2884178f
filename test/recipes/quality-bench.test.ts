// The table of bench/quality: its options are options, and it calls met only what is met.
import { describe, expect, test } from "vitest";
import { PRESETS, runConfig, withPreset } from "../../src/recipes/index.js";

interface Line {
  readonly set: string;
  readonly preset?: string;
  readonly options?: object;
  readonly baselines?: readonly string[];
  readonly blend?: { readonly line: string; readonly with: readonly string[] };
}

/** Plain JavaScript without types. */
const bench = (file: string) => import(new URL(`../../bench/quality/${file}`, import.meta.url).href);
const { LINES, QUICK, SETS } = (await bench("lines.mjs")) as {
  LINES: Record<string, Line>;
  QUICK: { line: string };
  SETS: Record<string, { options: object; data: (under: (...path: string[]) => string) => object }>;
};
const { closedShare, verdict } = (await bench("table.mjs")) as {
  closedShare: (rows: readonly object[]) => number;
  verdict: (line: object, rows: readonly object[]) => string;
};
const lines = Object.entries(LINES);

test.each(lines)("%s: its set, preset, options and techniques exist", (_, line) => {
  expect(SETS).toHaveProperty([line.set]);
  if (line.blend) {
    expect(LINES).toHaveProperty([line.blend.line]);
    expect(() => runConfig({ baselines: line.blend?.with })).not.toThrow();
    return;
  }
  expect(Object.keys(PRESETS)).toContain(line.preset);
  const { data, options } = SETS[line.set];
  const given = { ...options, ...line.options, data: data((...path: string[]) => path.join("/")) };
  expect(() => runConfig({ ...withPreset(line.preset as string, given), baselines: line.baselines })).not.toThrow();
});

test("what --quick measures is in the table", () => {
  expect(LINES).toHaveProperty([QUICK.line]);
});

describe("a verdict", () => {
  const row = (values: Record<string, number>) => ({
    model: "LSTM",
    scorers: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        { metrics: { "HR@10": { value }, "NDCG@10": { value: value / 2 } } },
      ]),
    ),
  });
  const shown = ["HR@10", "NDCG@10"];

  test("by targets: the mean over seeds must reach every one", () => {
    const line = { shown, targets: { "HR@10": 0.3, "NDCG@10": 0.15 } };
    expect(verdict(line, [row({ LSTM: 0.28 }), row({ LSTM: 0.32 })])).toBe("met");
    expect(verdict(line, [row({ LSTM: 0.28 }), row({ LSTM: 0.31 })])).toBe("missed: HR@10, NDCG@10");
    expect(verdict({ ...line, targets: { "HR@10": 0.3, "NDCG@10": 0.2 } }, [row({ LSTM: 0.3 })])).toBe(
      "missed: NDCG@10",
    );
  });

  test("by techniques: above each of them", () => {
    const line = { shown, above: ["Markov", "VS-KNN"] };
    expect(verdict(line, [row({ LSTM: 0.3, Markov: 0.2, "VS-KNN": 0.29 })])).toBe("met");
    expect(verdict(line, [row({ LSTM: 0.3, Markov: 0.2, "VS-KNN": 0.3 })])).toBe("missed: not above VS-KNN");
  });

  test("by the distance from Markov to the oracle", () => {
    const rows = [row({ LSTM: 0.4, Markov: 0.2, oracle: 0.6 })];
    expect(closedShare(rows)).toBeCloseTo(0.5, 9);
    expect(verdict({ shown, closed: 2 / 3 }, rows)).toBe("missed: 50.0 %");
    expect(verdict({ shown, closed: 0.5 - 1e-9 }, rows)).toBe("met: 50.0 %");
  });
});
