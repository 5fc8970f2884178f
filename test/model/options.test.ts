import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { modelSchema } from "../../src/model/index.js";

test("docs/model-options.md has every option with its values and default, and says something of each", () => {
  const { properties } = z.toJSONSchema(modelSchema, { io: "input" }) as {
    properties: Record<
      string,
      { type?: string; enum?: string[]; minimum?: number; maximum?: number; default: unknown }
    >;
  };
  const valuesOf = ({ type, enum: names, minimum, maximum }: (typeof properties)[string]) =>
    names?.join(", ") ?? { boolean: "true, false", string: "text" }[type ?? ""] ?? `${minimum} to ${maximum}`;
  const page = readFileSync(new URL("../../docs/model-options.md", import.meta.url), "utf8");
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows.map(([name, values, start]) => [name, values, start])).toEqual(
    Object.entries(properties).map(([name, option]) => [
      `\`${name}\``,
      valuesOf(option),
      String(option.default) || "empty",
    ]),
  );
  for (const row of rows) {
    expect(row.length).toBe(6);
    for (const cell of row) expect(cell).not.toMatch(/^$|@/);
  }
});
