// The desktop app in a real Electron, where its binary is there. The same first run goes through a browser where one is, so that
// the steps themselves are checked on machines without Electron.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildIfNeeded } from "../../app/launch/build.mjs";
import { canRunElectron, ELECTRON_NEEDS, electronPath } from "../support/app-electron.js";
import { firstRun, staysAtHome } from "../support/app-first-run.js";
import { canShowWindows, openBrowser, smallLog, startAppServer, WINDOW_NEEDS } from "../support/app-window.js";
import { ROOT } from "../support/cli.js";

describe.skipIf(!canRunElectron)(`the desktop app in a real Electron (${ELECTRON_NEEDS})`, () => {
  let folder: string;
  let shell: ElectronApplication;
  let window: Page;
  let origin: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "refrain-electron-"));
    writeFileSync(join(folder, "log.csv"), smallLog());
    buildIfNeeded(ROOT, () => {});
    const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    shell = await _electron.launch({
      executablePath: electronPath as string,
      args: [...root, `--user-data-dir=${join(folder, "user")}`, join(ROOT, "dist", "app", "desktop", "main.cjs")],
      env: { ...process.env, REFRAIN_NODE: process.execPath, REFRAIN_RUNS: join(folder, "runs") } as Record<
        string,
        string
      >,
      locale: "en-GB",
    });
    window = await shell.firstWindow();
    await window.getByRole("heading", { level: 1 }).waitFor({ timeout: 60_000 });
    origin = new URL(window.url()).origin;
  }, 120_000);
  afterAll(async () => {
    await shell?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("one visible window with the app's title, on a server of this machine", async () => {
    expect(shell.windows()).toHaveLength(1);
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await window.title()).toContain("Refrain");
    expect(await shell.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].isVisible())).toBe(true);
  });

  test("the page has four functions of the shell, no Node and no token", async () => {
    const inPage = await window.evaluate(() => ({
      bridge: Object.keys((globalThis as unknown as { refrainDesktop: object }).refrainDesktop),
      node: ["process", "require", "module", "Buffer"].filter((name) => name in globalThis),
      token: sessionStorage.getItem("refrain.token"),
      address: location.href.includes("t="),
    }));
    expect(inPage).toEqual({
      bridge: ["pathOf", "pickLog", "revealRun", "notify"],
      node: [],
      token: null,
      address: false,
    });
  });

  test("the story of a first run", { timeout: 180_000 }, () => firstRun(window, join(folder, "log.csv")));

  test("navigation, new windows and requests to elsewhere are refused", () => staysAtHome(window, origin));
});

test.skipIf(!canShowWindows)(
  `the story of a first run in a browser (${WINDOW_NEEDS})`,
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "refrain-first-"));
    writeFileSync(join(folder, "log.csv"), smallLog());
    const server = await startAppServer(join(folder, "runs"));
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ locale: "en-GB" });
      await page.goto(server.url);
      await firstRun(page, join(folder, "log.csv"));
    } finally {
      await browser.close();
      server.child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
