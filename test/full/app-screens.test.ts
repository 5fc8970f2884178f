// Every screen of the built app in a real browser: accessible, whole at every size, usable by keyboard, fast, and saved as files.
// Waits for the long run, and for a browser.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { AxeBuilder } from "@axe-core/playwright";
import { beforeAll, describe, expect, test } from "vitest";
import {
  canShowWindows,
  seen,
  smallLog,
  tabTo,
  trainRun,
  useApp,
  visit,
  WINDOW_NEEDS,
  watchProblems,
} from "../support/app-window.js";
import { ROOT } from "../support/cli.js";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS = ["light", "dark"].flatMap((theme) => ["en", "zh"].map((language) => ({ theme, language })));
/** Most bytes of all scripts and styles, gzipped: the page itself, and the figures that load with the first one. */
const BUDGET = { page: 210_000, figures: 420_000 };
const WHAT_IFS = 20;

describe.skipIf(!canShowWindows)(`the screens of the app in a browser (${WINDOW_NEEDS})`, () => {
  const app = useApp((folder) => writeFileSync(join(folder, "log.csv"), smallLog()));
  let run = "";
  let screens: Record<string, string>;

  beforeAll(async () => {
    const data = { path: join(app.folder, "log.csv") };
    run = await trainRun(app.server, { name: "first", data, train: { epochs: 2 } });
    const second = await trainRun(app.server, { name: "second", data, train: { epochs: 2, seed: 2 } });
    screens = {
      home: "/",
      data: "/data",
      train: "/train",
      runs: "/runs",
      deleted: "/runs?view=deleted",
      run: `/runs/${run}`,
      compare: `/compare?runs=${run},${second}`,
      explore: `/explore/${run}?user=u1&vs=${second}`,
      items: `/items/${run}?item=Artist%204%20-%20Lemon%204`,
      evaluate: `/evaluate/${run}`,
      settings: "/settings",
      nowhere: "/nowhere",
    };
    await app.page.goto(app.server.url);
    // Data shows a log with its audit and its rules, and not only the place to drop one.
    const draft = { preset: "default", options: { data, cleaning: { minimumUserPlays: 4 } } };
    await app.page.evaluate((text) => sessionStorage.setItem("refrain.draft", text), JSON.stringify(draft));
    await app.page.reload();
    await seen(app.page, "A recommender you can question");
  }, 400_000);

  const look = async (settings: { theme: string; language: string }) => {
    await app.page.evaluate((text) => localStorage.setItem("refrain.settings", text), JSON.stringify(settings));
    await app.page.reload();
  };
  /** Waits until nothing is loading, but not for the measurement of an estimate, and until figures are drawn. */
  const settled = async () => {
    await app.page.locator("h1").first().waitFor();
    await app.page
      .waitForFunction(() => document.querySelector(".skeleton") === null, null, { timeout: 2500 })
      .catch(() => {});
    await app.page.waitForFunction(
      () =>
        [...document.querySelectorAll("section.chart figure > div")].every((place) => place.querySelector(".main-svg")),
      null,
      { timeout: 30_000 },
    );
  };

  test("what is loaded is within its budget", () => {
    const assets = join(ROOT, "dist", "app", "web", "assets");
    const sizes = readdirSync(assets)
      .filter((name) => /\.(js|css)$/.test(name))
      .map((name) => ({ name, bytes: gzipSync(readFileSync(join(assets, name))).length }));
    const sum = (chosen: typeof sizes) => chosen.reduce((all, { bytes }) => all + bytes, 0);
    const figures = sum(sizes.filter(({ name }) => name.startsWith("plotly")));
    const own = sum(sizes) - figures;
    console.log(`bundle, gzipped: page ${own} of ${BUDGET.page} bytes, figures ${figures} of ${BUDGET.figures} bytes`);
    expect(own).toBeLessThan(BUDGET.page);
    expect(figures).toBeGreaterThan(0);
    expect(figures).toBeLessThan(BUDGET.figures);
  });

  test("every screen is accessible in both languages and themes", { timeout: 480_000 }, async () => {
    for (const settings of LOOKS) {
      await look(settings);
      for (const place of Object.values(screens)) {
        await visit(app.page, place);
        await settled();
        if (place === screens.data) await app.page.locator(".rules > summary").click();
        const { violations } = await new AxeBuilder({ page: app.page as never }).withTags(RULES).analyze();
        const found = violations.map(
          ({ id, nodes }) =>
            `${settings.theme} ${settings.language} ${place}: ${id} ${nodes
              .slice(0, 3)
              .map(({ html }) => html.slice(0, 160))
              .join(" | ")}`,
        );
        expect.soft(found).toEqual([]);
      }
    }
    await look({ theme: "light", language: "en" });
    expect(app.problems).toEqual([]);
  });

  test("nothing is cut off at 1024x700, at 200 % and at 4K", { timeout: 120_000 }, async () => {
    const sizes = [
      [1024, 700],
      [720, 450], // what 200 % leaves of 1440x900
      [3840, 2160],
    ];
    for (const [width, height] of sizes) {
      await app.page.setViewportSize({ width, height });
      for (const [name, place] of Object.entries(screens)) {
        await visit(app.page, place);
        await settled();
        const over = await app.page.evaluate(() => {
          const main = document.querySelector("main") as HTMLElement;
          const { scrollWidth, clientWidth } = document.documentElement;
          return Math.max(main.scrollWidth - main.clientWidth, scrollWidth - clientWidth);
        });
        expect.soft(over, `${width}x${height} ${name}`).toBeLessThanOrEqual(0);
      }
    }
    await app.page.setViewportSize({ width: 1440, height: 900 });
    expect(app.problems).toEqual([]);
  });

  test("by keyboard alone: to every screen, to a listener, a change and back", { timeout: 120_000 }, async () => {
    await visit(app.page, "/");
    await seen(app.page, "A recommender you can question");
    for (const name of ["Data", "Train", "Runs", "Compare", "Items", "Evaluate", "Settings & help", "Explore"]) {
      await app.page.locator("body").press("Control+k");
      await app.page.keyboard.type(name);
      await app.page.keyboard.press("Enter");
      await app.page.getByRole("heading", { level: 1, name }).waitFor();
    }
    await app.page.locator('[role="option"]').first().waitFor();
    await tabTo(app.page, /^Listeners/);
    await app.page.keyboard.press("ArrowDown");
    const list = app.page.getByRole("region", { name: "What comes next" }).first();
    await list.getByRole("listitem").first().waitFor();
    await tabTo(app.page, /^Take .* out/, 300);
    await app.page.keyboard.press("Enter");
    await seen(app.page, "Changes: 1.");
    const shown = await app.page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement as Element);
      return [outlineStyle, outlineWidth];
    });
    if (await app.page.evaluate(() => document.activeElement !== document.body)) expect(shown[0]).not.toBe("none");
    await app.page.keyboard.press("Control+z");
    await expect.poll(() => app.page.getByText("Changes: 1.").count()).toBe(0);
    expect(app.problems).toEqual([]);
  });

  test("the last undo by its button keeps the focus; options that cannot be checked are told, with another try", {
    timeout: 60_000,
  }, async () => {
    await visit(app.page, "/train");
    await app.page.getByLabel("Epochs").fill("7");
    const undo = app.page.getByRole("button", { name: /^Undo/ });
    await undo.focus();
    await app.page.keyboard.press("Enter");
    await expect.poll(() => undo.getAttribute("aria-disabled")).toBe("true");
    expect(await app.page.evaluate(() => document.activeElement?.textContent)).toContain("Undo");
    const draft = await app.page.evaluate(() => sessionStorage.getItem("refrain.draft"));
    const restore = async (text: string) => {
      await app.page.evaluate((kept) => sessionStorage.setItem("refrain.draft", kept), text);
      await app.page.reload();
      await visit(app.page, "/data");
    };
    await restore((draft ?? "").replace(/"preset":"\w+"/, '"preset":"of-later"'));
    await seen(app.page, "The options could not be checked: see below.");
    await app.page.getByRole("alert").getByRole("button", { name: "Try again" }).waitFor();
    expect(await app.page.locator(".skeleton").count()).toBe(0);
    await restore(draft ?? "");
    await seen(app.page, "What was detected");
    expect(app.problems.filter((problem) => !/422/.test(problem))).toEqual([]);
    app.problems.length = 0;
  });

  test("on the map of the songs the arrow keys walk, and each song says its name", { timeout: 60_000 }, async () => {
    await visit(app.page, screens.items);
    const map = app.page.getByRole("application");
    await map.locator(".main-svg").first().waitFor();
    const name = app.page.locator(".big strong, .big .title").first();
    const first = await app.page.locator(".big").innerText();
    await map.focus();
    const names = new Set([first]);
    for (const key of ["ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"]) {
      const before = app.page.url();
      await app.page.keyboard.press(key);
      if (app.page.url() !== before)
        await expect.poll(() => app.page.locator(".big").innerText()).not.toBe([...names].at(-1));
      names.add(await app.page.locator(".big").innerText());
    }
    expect(names.size).toBeGreaterThan(2);
    expect(await name.count()).toBe(1);
    expect(app.problems).toEqual([]);
  });

  test("every figure saves PNG, SVG and CSV, and a run its report", { timeout: 180_000 }, async () => {
    const saved = async (click: () => Promise<unknown>) => {
      const [download] = await Promise.all([app.page.waitForEvent("download", { timeout: 60_000 }), click()]);
      return readFileSync(await download.path());
    };
    let figures = 0;
    for (const place of [screens.run, screens.compare, screens.items, screens.evaluate]) {
      await visit(app.page, place);
      await app.page.locator(".main-svg").first().waitFor({ timeout: 60_000 });
      await settled();
      for (const chart of await app.page.locator("section.chart").all()) {
        // Chromium throttles a page that starts ten downloads within a second, which nobody clicks.
        await app.page.waitForTimeout(1100);
        const of = (name: string) => () => chart.getByRole("button", { name, exact: true }).click();
        expect((await saved(of("PNG"))).subarray(1, 4).toString()).toBe("PNG");
        expect((await saved(of("SVG"))).toString()).toMatch(/^<svg/);
        expect((await saved(of("CSV"))).toString().split("\r\n").length).toBeGreaterThan(2);
        figures++;
      }
    }
    expect(figures).toBeGreaterThanOrEqual(7);
    await visit(app.page, screens.run);
    const html = (await saved(() => app.page.getByRole("button", { name: "Report (HTML)" }).click())).toString();
    const other = await app.browser.newPage();
    const strays = watchProblems(other, "about:");
    await other.setContent(html);
    await other.locator(".main-svg").first().waitFor();
    await other.getByText("Ten recommendations").first().waitFor();
    expect(strays).toEqual([]);
    await other.close();
  });

  test("the page is there at once, and a change is answered at once", { timeout: 120_000 }, async () => {
    await visit(app.page, `/explore/${run}?user=u1`);
    const history = app.page.getByRole("region", { name: "History" }).first();
    const list = app.page.getByRole("region", { name: "What comes next" }).first();
    await list.getByRole("listitem").first().waitFor();
    await app.page.waitForTimeout(1500); // the states of the history are made meanwhile
    // From the press of a key to the paint of the new list, measured in the app.page.
    await app.page.evaluate(() => {
      const shown = window as unknown as { began: number; answered: number[] };
      shown.answered = [];
      shown.began = 0;
      addEventListener("keydown", () => (shown.began = performance.now()), true);
      new MutationObserver(() => {
        if (shown.began === 0) return;
        const { began } = shown;
        shown.began = 0;
        requestAnimationFrame(() => shown.answered.push(performance.now() - began));
      }).observe(document.querySelectorAll(".suggestions .scroll")[0], {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    const asked: number[] = [];
    for (let change = 1; change <= WHAT_IFS; change++) {
      const reply = app.page.waitForResponse(/\/suggest$/);
      await history.getByRole("listitem").last().getByRole("button", { name: /^Take/ }).press("Enter");
      asked.push(((await (await reply).json()) as { milliseconds: number }).milliseconds);
      await app.page.waitForFunction(
        (count) => (window as unknown as { answered: number[] }).answered.length === count,
        change,
      );
    }
    const [answered, waited] = await app.page.evaluate(() => [
      (window as unknown as { answered: number[] }).answered,
      performance
        .getEntriesByType("resource")
        .filter(({ name }) => name.endsWith("/suggest"))
        .map(({ duration }) => duration)
        .slice(-20),
    ]);
    await visit(app.page, "/");
    await app.page.reload();
    await seen(app.page, "A recommender you can question");
    const painted = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const paint = (await (await app.page.waitForFunction(painted)).jsonValue()) as number;
    const p95 = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)];
    console.log(
      `what-if, key to paint: p95 ${p95(answered).toFixed(0)} ms of ${answered.length}; of it the server's answer p95 ` +
        `${p95(waited).toFixed(0)} ms, the model p95 ${p95(asked).toFixed(1)} ms; first paint ${paint.toFixed(0)} ms`,
    );
    // Wanted are 100 ms and 1 s; other tests share this machine's processors.
    expect(p95(answered)).toBeLessThan(500);
    expect(paint).toBeLessThan(3000);
  });
});
