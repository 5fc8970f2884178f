// What `npm run notebooks -- --check` calls a drift of the outputs.
import { describe, expect, test } from "vitest";
import { ROOT } from "../support/cli.js";

interface Output {
  readonly data: Readonly<Record<string, string>>;
}
interface Cell {
  readonly id: string;
  readonly cell_type: "code";
  readonly source: readonly string[];
  readonly metadata: { readonly tags?: readonly string[] };
  readonly outputs: readonly Output[];
}
interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: { readonly refrain?: { readonly machine: string } };
}
const { firstDifference, machineHere } = (await import(/* @vite-ignore */ `${ROOT}scripts/notebooks/outputs.mjs`)) as {
  machineHere(root: string): string;
  firstDifference(found: Notebook, expected: Notebook): string | undefined;
};

const machine = (await import(/* @vite-ignore */ `${ROOT}scripts/setup/native/machine.mjs`)) as {
  processorHere(more?: readonly string[]): string;
};

const notebook = (outputs: readonly Output[], machine = "one", tags?: readonly string[]): Notebook => ({
  cells: [{ id: "cell-01", cell_type: "code", source: ["x"], metadata: { ...(tags && { tags }) }, outputs }],
  metadata: { refrain: { machine } },
});
const text = (value: string): Output => ({ data: { "text/plain": value } });

describe("the first difference", () => {
  test("outputs of one machine must be the same to the last byte", () => {
    expect(firstDifference(notebook([text("1.0")]), notebook([text("1.0")]))).toBeUndefined();
    expect(firstDifference(notebook([text("1.0")]), notebook([text("1.1")]))).toBe("cell-01: outputs differ");
  });

  test.each([
    ["another machine", "two", undefined],
    ["a cell with times", "one", ["timings"]],
  ])("of %s they must be the same in kind", (_, machine, tags) => {
    const found = notebook([text("3.1 ms")], "one", tags);
    expect(firstDifference(found, notebook([text("2.9 ms")], machine, tags))).toBeUndefined();
    const none = notebook([], machine, tags);
    expect(firstDifference(found, none)).toBe("cell-01: outputs differ in kind");
    const figure = notebook([{ data: { "image/svg+xml": "" } }], machine, tags);
    expect(firstDifference(found, figure)).toBe("cell-01: outputs differ in kind");
  });
});

test("a machine is named by engine, kernels, processor and what tells it from others of its name", () => {
  expect(machineHere(ROOT)).toMatch(/^(native|wasm|cpu) engine( with kernels)?, .+ \([0-9a-f]{8}\), \d+ cores$/);
  expect(machineHere("nowhere")).toMatch(/^no engine, .+ \([0-9a-f]{8}\), \d+ cores$/);
  const { processorHere } = machine;
  expect(processorHere(["no such line"])).toBe(`${processorHere()}\n`);
});
