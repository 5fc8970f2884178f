// Notebooks in JupyterLab, as a reader sees them in a browser. Needs what `npm run lab` sets up.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowsers } from "../../app/launch/find.mjs";
import { isLongRun, ROOT } from "../support/cli.js";

interface Lab {
  labPlaces(root: string): { python: string; tools: string };
  labEnvironment(root: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
}
const lab = (await import(/* @vite-ignore */ `${ROOT}scripts/lab/setup.mjs`)) as Lab;
const { python, tools } = lab.labPlaces(ROOT);
const [executablePath] = findBrowsers(process.env, process.platform);
const CAN_RUN = isLongRun && executablePath && existsSync(python) && existsSync(join(tools, "node_modules", "tslab"));
const NEEDS = "needs REFRAIN_FULL=1, `npm run lab` once, and Chromium, Chrome or Edge";

// Inside the project, so that the kernel finds the package, and copies, so that nothing saves into what is committed.
const folder = join(ROOT, ".cache", "lab", "screens");
const TOKEN = "screens";

describe.skipIf(!CAN_RUN)(`JupyterLab in a browser (${NEEDS})`, () => {
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;
  let address = "";

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of ["00-tour", "04-train"])
      cpSync(join(ROOT, "notebooks", `${name}.ipynb`), join(folder, `${name}.ipynb`));
    withoutOutputs(join(folder, "04-train.ipynb"));
    server = spawn(
      python,
      ["-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", `--notebook-dir=${folder}`].concat(
        `--IdentityProvider.token=${TOKEN}`,
      ),
      { env: lab.labEnvironment(ROOT, process.env), stdio: ["ignore", "ignore", "pipe"] },
    );
    address = await new Promise((resolve, reject) => {
      server.once("exit", (code) => reject(new Error(`JupyterLab ended with ${code}`)));
      createInterface({ input: server.stderr as NonNullable<typeof server.stderr> }).on("line", (line) => {
        const found = /(http:\/\/127\.0\.0\.1:\d+)\/lab/.exec(line);
        if (found) resolve(found[1]);
      });
    });
    browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
    page = await browser.newPage({ viewport: { width: 1440, height: 1800 } });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    server?.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string) {
    await page.goto(`${address}/lab/workspaces/${name}/tree/${name}.ipynb?reset&token=${TOKEN}`);
    await page.locator(".jp-NotebookPanel .jp-Cell").first().waitFor({ timeout: 60_000 });
  }

  test("figures of a notebook that was run are drawn, live", { timeout: 120_000 }, async () => {
    await open("00-tour");
    const figure = page.locator(".js-plotly-plot .main-svg").first();
    await page.locator(".jp-NotebookPanel").click({ position: { x: 700, y: 300 } });
    // Cells out of sight are not in the page, and on a busy machine a figure is scrolled past before it is drawn: from the
    // end it begins again at the top, more slowly.
    const until = Date.now() + 90_000;
    for (let turn = 0; !(await figure.isVisible()) && Date.now() < until; turn++) {
      await page.mouse.wheel(0, turn % 16 === 15 ? -20_000 : 600);
      await page.waitForTimeout(250 * (1 + Math.floor(turn / 16)));
    }
    expect(await figure.isVisible()).toBe(true);
    expect(
      await page.locator(".js-plotly-plot .scatterlayer .trace, .js-plotly-plot .barlayer .trace").count(),
    ).toBeGreaterThan(0);
    await page.screenshot({ path: join(ROOT, ".cache", "lab", "tour.png") });
  });

  test("curves move while a cell trains", { timeout: 240_000 }, async () => {
    await open("04-train");
    // A cell that is run before the kernel answers is forgotten.
    await page.getByText("TypeScript (tslab) | Idle").waitFor({ timeout: 60_000 });
    await page.locator(".jp-CodeCell .cm-content").first().click();
    const still = page.locator(".jp-CodeCell .jp-OutputArea-output img, .jp-CodeCell .jp-OutputArea-output svg");
    const seen = new Set<string>();
    // The first two code cells: what is needed, and the first training.
    for (let cell = 0; cell < 6; cell++) await page.keyboard.press("Shift+Enter");
    const until = Date.now() + 180_000;
    while (seen.size < 3 && Date.now() < until) {
      for (const figure of await still.all()) {
        const drawn = await figure.evaluate((each) => each.getAttribute("src") ?? each.outerHTML).catch(() => "");
        if (drawn.length > 2000) seen.add(drawn);
      }
      await page.waitForTimeout(200);
    }
    await page.screenshot({ path: join(ROOT, ".cache", "lab", "train.png") });
    expect(seen.size).toBeGreaterThanOrEqual(3);
  });
});

function withoutOutputs(path: string): void {
  const notebook = JSON.parse(readFileSync(path, "utf8"));
  for (const cell of notebook.cells)
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  writeFileSync(path, JSON.stringify(notebook));
}
