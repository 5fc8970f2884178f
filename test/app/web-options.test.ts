// Options in the page: changes and their undoing, days, words for what helps, and why a log cannot be trained on.
import { expect, test, vi } from "vitest";
import { whyNot } from "../../app/web/data/why-not.js";
import { changeDraft, setOptions, undoDraft } from "../../app/web/draft.js";
import { switched } from "../../app/web/form/baseline-names.js";
import { optionText } from "../../app/web/form/option-texts.js";
import { dayOf, secondsOf } from "../../app/web/form/schema.js";
import { ERRORS_ZH, errorText } from "../../app/web/i18n/errors.js";
import { isUndo } from "../../app/web/undo-key.js";
import { ERROR_TABLE } from "../../src/core/errors.js";

test("changes of a draft are taken back one by one; letters of one option together", async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.useFakeTimers({ toFake: ["performance"] });
  const now = () => JSON.parse(kept.get("refrain.draft") ?? "{}") as unknown;
  for (const epochs of [1, 12, 128]) setOptions([["train.epochs", epochs]]);
  vi.advanceTimersByTime(5000);
  setOptions([["train.epochs", 5]]);
  setOptions([
    ["cleaning.earliest", 1],
    ["cleaning.latest", 2],
  ]);
  changeDraft({ preset: "article", options: {} });
  const seen = [];
  while (undoDraft()) seen.push(now());
  expect(seen).toEqual([
    { preset: "default", options: { train: { epochs: 5 }, cleaning: { earliest: 1, latest: 2 } } },
    { preset: "default", options: { train: { epochs: 5 } } },
    { preset: "default", options: { train: { epochs: 128 } } },
    { preset: "default", options: {} },
  ]);
  expect(undoDraft()).toBe(false);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("moments are days in the form; the latest one counts to its end", () => {
  expect(dayOf("cleaning.earliest", 631_152_000)).toBe("1990-01-01");
  expect(secondsOf("cleaning.earliest", "1990-01-01")).toBe(631_152_000);
  const end = secondsOf("cleaning.latest", "2025-12-31") as number;
  expect([new Date(end * 1000).toISOString(), dayOf("cleaning.latest", end)]).toEqual([
    "2026-01-01T00:00:00.000Z",
    "2025-12-31",
  ]);
  expect([dayOf("cleaning.earliest", -1e15), secondsOf("cleaning.latest", "")]).toEqual(["", undefined]);
});

test("an option that helps is told in words, not as it is written for a terminal", () => {
  const told = (path: string, value: unknown) => (["en", "zh"] as const).map((each) => optionText(path, value, each));
  expect(told("cleaning.maximumPlaysPerDay", 300)).toEqual(["Most plays a day: 300", "每日最多播放：300"]);
  expect(told("cleaning.latest", 1_767_225_600)[0]).toBe("Latest time: 2025-12-31");
  expect(told("data.columns.item", "id")[0]).toBe("Column (item): id");
});

test("why a log cannot be trained on yet", () => {
  const look = (change: object) =>
    whyNot({
      checked: {},
      issues: [],
      preview: { data: { detected: {} } },
      audit: { data: { findings: [] } },
      ...change,
    } as never);
  expect([
    look({}),
    look({ audit: {} }),
    look({ checked: { error: new Error("x") }, preview: {} }),
    look({ issues: [{}] }),
    look({ preview: {} }),
    look({ preview: { error: new Error("x") } }),
    look({ preview: { data: { detected: null } } }),
    look({ audit: { error: new Error("x") } }),
    look({ audit: { data: { findings: [{ code: "nothing-left" }] } } }),
  ]).toEqual([null, null, "unchecked", "wrong", "reading", "read", "columns", "read", "nothing"]);
});

test("methods are told in one order: one that is taken out and put back leaves no change", () => {
  const usual = [{ name: "popularity", options: {} }, "markov", "item-knn"];
  const without = switched(usual, ["popularity", "markov", "item-knn"], "popularity") ?? [];
  expect([without, switched(usual, without, "popularity")]).toEqual([["markov", "item-knn"], undefined]);
  expect(switched(usual, ["markov", "own"], "recent-popularity")).toEqual(["recent-popularity", "markov", "own"]);
});

test("Ctrl-Z and Cmd-Z take back; with Shift they would do again", () => {
  const key = (more: object) => isUndo({ key: "z", ctrlKey: false, metaKey: false, shiftKey: false, ...more });
  expect([
    key({ ctrlKey: true }),
    key({ metaKey: true }),
    key({ ctrlKey: true, key: "Z" }), // Caps Lock
    key({ ctrlKey: true, shiftKey: true, key: "Z" }),
    key({}),
    key({ ctrlKey: true, key: "a" }),
  ]).toEqual([true, true, true, false, false, false]);
});

test("an engine that crashes again is left by training anew: a resumed run stays on its own", () => {
  const failure = { code: "ENGINE_CRASHED", message: "", remedy: null };
  expect([errorText("en", failure).remedy, errorText("zh", failure).remedy]).toEqual([
    expect.stringMatching(/train anew\.$/),
    expect.stringMatching(/重新训练。$/),
  ]);
});

test("no remedy in the window names an option of the command line, but for what only a terminal can do", () => {
  const inTerminal = /DATASET|^(ENGINE|DATABASE)_UNAVAILABLE$|^DOWNLOAD|^TERMS/;
  const elsewhere = /^(STUDY|QUEUE|EXPORT|STATE|STORE|ADDRESS|DISPLAY|SEARCH)_|^MODEL_CHANGED$/;
  const codes = Object.keys(ERRORS_ZH).filter((code) => !inTerminal.test(code) && !elsewhere.test(code));
  const told = codes.flatMap((code) => {
    const remedy = ERROR_TABLE[code as keyof typeof ERROR_TABLE] ?? null;
    return (["en", "zh"] as const).map(
      (language) => `${code}: ${errorText(language, { code, message: "", remedy }).remedy}`,
    );
  });
  expect(told.length).toBeGreaterThan(80);
  expect(told.filter((text) => /--\w|refrain |REFRAIN_/.test(text))).toEqual([]);
});
