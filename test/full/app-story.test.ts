// The whole story in a real browser on the built app: a log, its audit, a run, one listener, and every screen checked for
// accessibility in both languages and themes. Waits for the long run, and for a browser.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildIfNeeded } from "../../app/launch/build.mjs";
import { findBrowsers } from "../../app/launch/find.mjs";
import { isBuilt, isLongRun, ROOT } from "../support/cli.js";

const [executablePath] = findBrowsers(process.env, process.platform);
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const TITLES = [
  "夜に駆ける",
  "Dynamite",
  "<img src=x onerror=alert(1)>",
  "봄날",
  "Lemon",
  "__proto__",
  "群青",
  "Ditto",
];
const HOUR = 3600;

/** Plays in which one song follows another, with titles in several scripts and hostile ones. */
function smallLog(): string {
  const rows = ["user,track,time"];
  for (let user = 0; user < 60; user++)
    for (let play = 0; play < 30; play++) {
      const song = (user * 3 + play * (1 + (user % 3))) % 24;
      const title = `${TITLES[song % TITLES.length]} ${song}`;
      rows.push(`u${user},"Artist ${song % 5} - ${title}",${1_700_000_000 + play * 20 * HOUR + user * 60}`);
    }
  return rows.join("\n");
}

const CAN_RUN = isLongRun && isBuilt && executablePath !== undefined;
const NEEDS = "needs REFRAIN_FULL=1, dist, and Chromium, Chrome or Edge";

describe.skipIf(!CAN_RUN)(`the app in a browser (${NEEDS})`, () => {
  let folder: string;
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;
  let url = "";
  const problems: string[] = [];

  beforeAll(async () => {
    // Not where tests are collected: those that are skipped would leave it behind.
    folder = mkdtempSync(join(tmpdir(), "refrain-app-"));
    buildIfNeeded(ROOT, () => {});
    const program = join(ROOT, "dist", "app", "server", "main.js");
    writeFileSync(join(folder, "log.csv"), smallLog());
    server = spawn(process.execPath, [program, "--runs", join(folder, "runs")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    url = await new Promise((resolve) => {
      createInterface({ input: server.stdout! }).once("line", (line) => resolve(JSON.parse(line).url));
    });
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath, args });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
    page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("dialog", (dialog) => problems.push(`dialog: ${dialog.message()}`));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("request", (request) => {
      if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob):/.test(request.url()))
        problems.push(request.url());
    });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    server?.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  const visit = (place: string) => page.evaluate((hash) => location.assign(hash), place);
  const seen = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 60_000 });

  test("from a log to one listener's list", { timeout: 300_000 }, async () => {
    await page.goto(url);
    await seen("A recommender you can question");
    expect(page.url()).not.toContain("t=");

    await page.getByRole("link", { name: "Open a log" }).click();
    await page.getByRole("textbox").fill(join(folder, "log.csv"));
    await page.getByRole("button", { name: "Open" }).click();
    await seen("What was detected");
    await seen(/rows read =/);
    await page.getByRole("button", { name: "Train on this log" }).click();

    await page.getByLabel("Name of the run").fill("story");
    await page.getByLabel("Epochs").fill("0");
    await seen("To correct: 1");
    expect(await page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await page.getByLabel("Epochs").fill("2");
    await seen(/--set train.epochs=2/);
    await page.getByRole("button", { name: "Start training" }).click();
    await seen("Test results");
    await page.waitForURL(/#\/runs\/.*story/);
    await seen(/npx refrain train --name story/);

    await page.getByRole("link", { name: "Explore" }).last().click();
    await page.getByRole("option", { name: /^u1 / }).first().click();
    const list = page.getByRole("region", { name: "What comes next" }).first();
    await list.getByRole("listitem").first().waitFor();
    const first = await list.getByRole("listitem").first().innerText();
    const history = page.getByRole("region", { name: "History" }).first();
    const before = await history.getByRole("listitem").count();
    await history.getByRole("listitem").last().getByRole("button", { name: /^Take/ }).press("Enter");
    await seen("Changes: 1. The list shows how places moved.");
    expect(await history.getByRole("listitem").count()).toBe(before - 1);
    await expect.poll(() => list.getByRole("listitem").first().innerText()).not.toBe(first);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => history.getByRole("listitem").count()).toBe(before);
    expect(problems).toEqual([]);
  });

  test("an address opens its place again in the same tab, and no other tab gets in without the token", async () => {
    await page.reload();
    await page.getByRole("region", { name: "What comes next" }).first().getByRole("listitem").first().waitFor();
    const other = await browser.newPage();
    await other.goto(page.url());
    await other.getByText("This tab has no key").waitFor();
    await other.close();
  });

  test("every screen is accessible in both languages and themes", { timeout: 300_000 }, async () => {
    const run = /explore\/([^?]+)/.exec(page.url())?.[1];
    const ofRun = [
      `/runs/${run}`,
      `/explore/${run}?user=u1`,
      `/items/${run}?item=Artist%204%20-%20Lemon%204`,
      `/evaluate/${run}`,
    ];
    const screens = ["/", "/data", "/train", "/runs", "/compare", "/settings", "/nowhere", ...ofRun];
    for (const [theme, language] of [
      ["light", "en"],
      ["dark", "zh"],
    ]) {
      await page.evaluate(
        (settings) => localStorage.setItem("refrain.settings", settings),
        JSON.stringify({ theme, language }),
      );
      await page.reload();
      for (const screen of screens) {
        await visit(`#${screen}`);
        await page.locator("h1, h2").first().waitFor();
        await page.waitForTimeout(1200);
        const { violations } = await new AxeBuilder({ page: page as never }).withTags(RULES).analyze();
        const found = violations.map(
          ({ id, nodes }) =>
            `${theme} ${language} ${screen}: ${id} ${nodes
              .slice(0, 3)
              .map(({ html }) => html.slice(0, 160))
              .join(" | ")}`,
        );
        expect.soft(found).toEqual([]);
      }
    }
    expect(problems).toEqual([]);
  });
});
