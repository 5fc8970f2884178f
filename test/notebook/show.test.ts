import { join } from "node:path";
import { table } from "arquero";
import { describe, expect, test } from "vitest";
import { fitMarkov, fitPopularity } from "../../src/baseline/index.js";
import { writeFileAtomic } from "../../src/core/files.js";
import { cleanLog, readLog } from "../../src/data/index.js";
import { compare, evaluate, slices } from "../../src/evaluate/index.js";
import { RecurrentModel } from "../../src/model/index.js";
import { cell } from "../../src/notebook/html.js";
import { interruptSignal, show, showLive } from "../../src/notebook/index.js";
import { lineChart } from "../../src/plot/index.js";
import { explain, recommend } from "../../src/recommend/index.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { smallModel, worldOf } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";
import { useRecorder } from "./recorder.js";

const recorder = useRecorder();
useEngine();

/** Shows a value and gives its HTML and its text. */
function shown(...input: Parameters<typeof show>): { html: string; text: string } {
  show(...input);
  const bundle = recorder.shown[recorder.shown.length - 1].bundle;
  return { html: bundle["text/html"] as string, text: bundle["text/plain"] as string };
}

const world = worldOf(markovWorld({ users: 12, items: 8, plays: 14 }).log);
const { histories } = world;
const titles = histories.titles.map((_, item) => (item === 0 ? "" : `song ${item}`));

describe("a live place", () => {
  test("each value takes the place of the one before, and two places stay apart", () => {
    const [one, other] = [showLive(), showLive()];
    for (const done of [1, 2]) one([{ done }], { caption: "so far" });
    other("here");
    const [first, second, third] = recorder.shown;
    expect(second).toMatchObject({ id: first.id, update: true });
    expect(first.update).toBe(false);
    expect(second.bundle["text/plain"]).toBe("done\n2\nso far");
    expect(third).toMatchObject({ update: false });
    expect(third.id).not.toBe(first.id);
  });
});

describe("tables", () => {
  test("arquero tables and lists of objects look alike; numbers stand right", () => {
    const rows = [
      { name: "a", plays: 1234567 },
      { name: "b", plays: 0.123456 },
    ];
    const { html, text } = shown(rows);
    expect(shown(table({ name: ["a", "b"], plays: [1234567, 0.123456] })).html).toBe(html);
    expect(text).toBe("name | plays\na | 1,234,567\nb | 0.123");
    expect(html).toContain('<td style="text-align:right">1,234,567</td>');
    expect(html).toContain('<td style="text-align:left">a</td>');
  });

  test("a table has no script and no colour of its own, so that themes and code hosts can show it", () => {
    const { html } = shown([{ a: 1 }]);
    expect(html).not.toMatch(/<script|<style|color|background/);
  });

  test("long tables fold out page by page, and of very long ones the rest is counted", () => {
    const { html } = shown(Array.from({ length: 250 }, (_, n) => ({ n })));
    expect(html.match(/<details>/g)).toHaveLength(9);
    expect(html).toContain("<summary>21 – 40</summary>");
    expect(html.match(/<tr>/g)).toHaveLength(200 + 10);
    expect(html).toContain("200 / 250");
  });

  test("rows of several kinds share their columns", () => {
    expect(shown([{ a: 1 }, { b: 2 }]).text).toBe("a | b\n1 | \n | 2");
  });

  test("lists, plain objects, words and nothing", () => {
    expect(shown(["x", "y"]).text).toBe(" | value\n1 | x\n2 | y");
    expect(shown({ rate: 0.5, list: [1, 2] }).text).toBe("name | value\nrate | 0.5\nlist | [1, 2]");
    expect(shown("done").text).toBe("done");
    expect(shown(undefined).html).toBe("<p></p>");
    expect(shown([]).text).toBe(" | value");
  });
});

describe("values of the project", () => {
  test("a list of items is a list of songs", () => {
    expect(shown(Int32Array.of(2, 1), { titles, caption: "two" }).text).toBe(" | song\n1 | song 2\n2 | song 1\ntwo");
    expect(shown([2, 99], { titles }).text).toBe(" | song\n1 | song 2\n2 | 99");
  });

  test("recommendations with titles and reasons", async () => {
    const scorer = fitMarkov(histories);
    const query = { user: 1, history: Int32Array.of(1, 2, 3) };
    const list = await recommend(scorer, query, { k: 3 });
    const { text } = shown(list, { titles, reasons: await explain(scorer, query, list) });
    const [header, first] = text.split("\n");
    expect(header).toBe("rank | song | probability | because of");
    expect(first).toMatch(/^1 \| song \d \| [\d.]+ % \| (song \d \(\+[\d.]+\)(; )?)*$/);
    expect(shown(list).text).toContain(`1 | ${list[0].item} | `);
  });

  test("evaluations, comparisons and slices, each with its protocol or share", async () => {
    const evaluations = [
      await evaluate(fitMarkov(histories), histories, "test"),
      await evaluate(fitPopularity(histories), histories, "test"),
    ];
    expect(shown(evaluations[0]).text).toMatch(/^metric \| value .*\nAccuracy \| /);
    expect(shown(evaluations[0]).html).toContain("full ranking over 8 items");
    const compared = shown(compare(evaluations, { reference: "Markov", metric: "HR@1" }), { metrics: ["HR@1"] });
    expect(compared.text).toMatch(/^scorer \| HR@1 \[95 %\] \| HR@1 − Markov\n/);
    expect(compared.text).toMatch(/Markov \| [\d.]+ \[[\d.]+, [\d.]+\] \| \n/);
    const cut = slices(world.test, evaluations[0].ranks, histories);
    expect(shown(cut).text.split("\n")).toHaveLength(1 + cut.length);
  });

  test("logs and cleaning reports", async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "log.csv");
      const lines = Array.from({ length: 12 }, (_, n) => `u${n % 2},<b>__proto__</b>,${1.6e9 + 60 * n}`);
      writeFileAtomic(path, ["user,item,time", ...lines, "broken"].join("\n"));
      const raw = await readLog(path);
      expect(shown(raw).html).toContain("&lt;b&gt;__proto__&lt;/b&gt;");
      expect(shown(raw).text.split("\n")).toHaveLength(1 + 8 + 1);
      const { log, report } = cleanLog(raw);
      expect(shown(report).text).toContain("read 13 = kept 12 + removed 1");
      expect(shown(log).text).toContain("2020-09-13 12:26");
      expect(shown(log).text).toContain("12 plays, 2 users, 1 items");
    });
  });

  test("a model is the list of its weights", () => {
    const model = new RecurrentModel(smallModel({ repeatWindow: 0 }), 8, 12, 1);
    const { text } = shown(model);
    expect(text).toContain("item/embedding | [9, 8] | 72");
    expect(text).toContain(`${model.parameterCount.toLocaleString("en-US")} parameters`);
    model.dispose();
  });

  test("a figure is live Plotly, a still image and a text", () => {
    show(lineChart("Loss <b>", [{ name: "a", x: [1, 2], y: [0.123456789, 2] }]), { caption: "of a run" });
    const { bundle } = recorder.shown[0];
    expect(Object.keys(bundle)).toEqual(["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
    expect(recorder.shown[1].bundle).toEqual({
      "text/html": "<p><small>of a run</small></p>",
      "text/plain": "of a run",
    });
    expect(shown("plain", { caption: "<i>" }).html).toBe("<p>plain</p><p><small>&lt;i&gt;</small></p>");
    expect(bundle["image/svg+xml"]).toMatch(/^<svg .*<\/svg>$/);
    expect(JSON.stringify(bundle["application/vnd.plotly.v1+json"])).toContain("[0.123457,2]");
  });
});

describe("hostile values", () => {
  test("cells", () => {
    expect(cell(Number.NaN)).toBe("NaN");
    expect(cell(-1e300)).toBe((-1e300).toLocaleString("en-US"));
    expect(cell("x".repeat(1000))).toHaveLength(300);
    expect(cell({ ["__proto__"]: 1, toString: 2 })).toBe("__proto__: 1, toString: 2");
    expect(cell(Array.from({ length: 20 }, () => 1))).toMatch(/, …\]$/);
    expect(cell(null)).toBe("");
  });

  test("names that are markup are shown as they are written", () => {
    const { html } = shown([{ "<img src=x onerror=alert(1)>": '"<script>' }], { caption: "<i>" });
    expect(html).not.toMatch(/<img|<script|<i>/);
  });
});

describe("the running cell", () => {
  test("its signal is the one that an interrupt aborts", () => {
    const signal = interruptSignal();
    expect(signal.aborted).toBe(false);
    recorder.controller.abort();
    expect(signal.aborted).toBe(true);
  });
});
