import { expect, test } from "vitest";
import { interruptSignal, type MimeBundle, show } from "../../src/notebook/index.js";

const place = globalThis as { __jupyter?: unknown };

test("outside a notebook there is nothing to show in", () => {
  expect(() => show("x")).toThrow(expect.objectContaining({ code: "DISPLAY_MISSING" }));
  expect(() => interruptSignal()).toThrow(expect.objectContaining({ code: "DISPLAY_MISSING" }));
});

test("a kernel gives the channel of the running cell", () => {
  const shown: MimeBundle[] = [];
  place.__jupyter = { display: (bundle: MimeBundle) => shown.push(bundle) };
  try {
    show("x");
  } finally {
    delete place.__jupyter;
  }
  expect(shown).toEqual([{ "text/html": "<p>x</p>", "text/plain": "x" }]);
});
