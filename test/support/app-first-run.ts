// A newcomer's first run, by what a person sees; the same steps in Electron and in a browser.

import type { Page } from "playwright-core";
import { expect } from "vitest";
import { seen } from "./app-window.js";

/** From a log to a finished run and one listener's list. @param log path of a small clean log */
export async function firstRun(page: Page, log: string): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Open a log" }).click();
  await page.locator("input[type=file]").setInputFiles(log);
  await page
    .getByText(/rows read =/)
    .first()
    .waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Train on this log" }).click();
  await page.getByLabel("Name of the run").fill("first");
  await page.getByLabel("Epochs").fill("1");
  await page.getByRole("button", { name: "Start training" }).click();
  await page.waitForURL(/#\/runs\/.*first/);
  await seen(page, "Test results");
  const id = decodeURIComponent(page.url().split("/").at(-1)!);
  await page.evaluate((place) => location.assign(place), `#/explore/${encodeURIComponent(id)}?user=u1`);
  const list = page.getByRole("region", { name: "What comes next" }).first();
  await list.getByRole("listitem").first().waitFor({ timeout: 60_000 });
  expect(await list.getByRole("listitem").count()).toBeGreaterThanOrEqual(10);
}

/** What a page can reach beyond the app: nothing. Fails where a navigation, a window or a request gets out. */
export async function staysAtHome(page: Page, origin: string): Promise<void> {
  const windows = page.context().pages().length;
  const refused = await page.evaluate(async () => {
    const opened = window.open("file:///etc/passwd");
    const asked = await fetch("https://example.org/").then(
      () => "answered",
      () => "refused",
    );
    return [opened === null, asked];
  });
  expect(refused).toEqual([true, "refused"]);
  await page.evaluate(() => location.assign("https://example.org/"));
  await page.waitForTimeout(1000);
  expect(new URL(page.url()).origin).toBe(origin);
  expect(page.context().pages()).toHaveLength(windows);
}
