// The built app as a person has it: its server as a process, and a real browser on it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { buildIfNeeded } from "../../app/launch/build.mjs";
import { browserArguments } from "../../app/launch/choose.mjs";
import { findBrowsers } from "../../app/launch/find.mjs";
import type { RunDetail } from "../../app/server/contract.js";
import { isBuilt, isLongRun, ROOT } from "./cli.js";

const [executablePath] = findBrowsers(process.env, process.platform);

export const canShowWindows: boolean = isLongRun && isBuilt && executablePath !== undefined;
export const WINDOW_NEEDS = "needs REFRAIN_FULL=1, dist, and Chromium, Chrome or Edge";

export interface AppServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly origin: string;
  readonly token: string;
}

/** Starts the built server on a folder of runs. @param port 0 for a free one */
export function startAppServer(runs: string, port: number = 0, env: NodeJS.ProcessEnv = {}): Promise<AppServer> {
  buildIfNeeded(ROOT, () => {});
  const program = join(ROOT, "dist", "app", "server", "main.js");
  const child = spawn(process.execPath, [program, "--runs", runs, "--port", String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The server ended with ${code}.`)));
    createInterface({ input: child.stdout! }).once("line", (line) => resolve({ child, ...JSON.parse(line) }));
  });
}

/** Root gets no sandbox. */
const asAnyone = (args: readonly string[]) => (process.getuid?.() === 0 ? ["--no-sandbox", ...args] : [...args]);

export function openBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({ executablePath, args: asAnyone(more) });
}

/** A window in app mode, as `npm run app` opens it. @param profile folder of its own */
export function openWindow(url: string, profile: string): Promise<BrowserContext> {
  const [appMode] = browserArguments(url, profile);
  return chromium.launchPersistentContext(profile, { executablePath, args: asAnyone([appMode]), viewport: null });
}

/** Errors of a page, dialogs, and requests that leave its server, as they come. */
export function watchProblems(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => problems.push(`dialog: ${dialog.message()}`));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) problems.push(request.url());
  });
  return problems;
}

export interface App {
  /** `runs` in it is the server's folder. */
  folder: string;
  server: AppServer;
  browser: Browser;
  /** On nothing yet. */
  page: Page;
  /** What `watchProblems` sees on the page. */
  problems: string[];
}

/** A server, a browser and a page for the tests of a file, from before the first until after the last. @param prepare before the server starts */
export function useApp(prepare: (folder: string) => void | Promise<void>): App {
  const app = {} as App;
  beforeAll(async () => {
    // Not where tests are collected: those that are skipped would leave it behind.
    app.folder = mkdtempSync(join(tmpdir(), "refrain-app-"));
    await prepare(app.folder);
    app.server = await startAppServer(join(app.folder, "runs"));
    app.browser = await openBrowser();
    const context = await app.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
    app.page = await context.newPage(); // beside which others may be opened
    app.problems = watchProblems(app.page, app.server.origin);
  }, 400_000);
  afterAll(async () => {
    await app.browser?.close();
    app.server?.child.kill("SIGTERM");
    rmSync(app.folder, { recursive: true, force: true });
  });
  return app;
}

/** Asks the API as the page does. */
export async function askServer<T>({ origin, token }: AppServer, path: string, body?: unknown): Promise<T> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const asked = () =>
    fetch(`${origin}/api${path}`, {
      headers,
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
  // A kept connection may be closed by the server at the moment when it is used again.
  const reply = await (body === undefined ? asked().catch(asked) : asked());
  const answer = (await reply.json()) as T & { error?: { code: string; message: string } };
  if (!reply.ok) throw new Error(`${reply.status} ${answer.error?.code}: ${answer.error?.message}`);
  return answer;
}

/** Trains a run to its end and gives its id. */
export async function trainRun(server: AppServer, options: unknown): Promise<string> {
  const { job } = await askServer<{ job: { id: string } }>(server, "/runs", { options });
  for (;;) {
    const detail = await askServer<RunDetail>(server, `/runs/${job.id}`);
    if (detail.job?.state === "finished") return detail.job.runId as string;
    if (detail.job?.failure) throw new Error(detail.job.failure.message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Goes to a place of the page without loading it anew. */
export const visit = (page: Page, place: string): Promise<void> =>
  page.evaluate((hash) => location.assign(hash), `#${place}`);

export const seen = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).first().waitFor({ timeout: 60_000 });

/** Presses Tab until what has the focus fits; fails where the way is longer than a person would go. */
export async function tabTo(page: Page, wanted: RegExp, most = 90): Promise<void> {
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press("Tab");
    const words = await page.evaluate(() => {
      const { activeElement: at } = document;
      return at ? `${at.getAttribute("aria-label") ?? ""} ${at.textContent ?? ""}`.trim() : "";
    });
    if (wanted.test(words)) return;
  }
  throw new Error(`${wanted} was not reached by ${most} presses of Tab.`);
}

const TITLES = [
  "夜に駆ける",
  "Dynamite",
  "<img src=x onerror=alert(1)>",
  "봄날",
  "Lemon",
  "__proto__",
  "群青",
  "\u202eDitto",
];
const HOUR = 3600;

/** Plays in which one song follows another, with titles in several scripts and hostile ones. */
export function smallLog(users = 60, plays = 30): string {
  const rows = ["user,track,time"];
  for (let user = 0; user < users; user++)
    for (let play = 0; play < plays; play++) {
      const song = (user * 3 + play * (1 + (user % 3))) % 24;
      const title = `${TITLES[song % TITLES.length]} ${song}`;
      rows.push(`u${user},"Artist ${song % 5} - ${title}",${1_700_000_000 + play * 20 * HOUR + user * 60}`);
    }
  return rows.join("\n");
}
