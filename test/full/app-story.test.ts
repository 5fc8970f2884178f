// The whole story in a real browser on the built app: a dirty log, its audit and fixes, two runs, live curves, the engine and
// the server killed in the middle, one listener, two windows. Waits for the long run, and for a browser.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunDetail } from "../../app/server/contract.js";
import {
  askServer,
  canShowWindows,
  openBrowser,
  seen,
  smallLog,
  startAppServer,
  useApp,
  visit,
  WINDOW_NEEDS,
} from "../support/app-window.js";

/** The small log with what real ones have: a bad clock, rows twice, empty fields, a broken line, somebody who never sleeps. */
function dirtyLog(): string {
  const rows = smallLog().split("\n");
  const dirt = [
    ...rows.slice(1, 40),
    'u1,"Artist 1 - Lost clock",12',
    ',"Artist 1 - Nobody",1700000000',
    "u2,,1700000000",
    "u3,one field too few",
    ...Array.from(
      { length: 900 },
      (_, n) => `busy,"Artist 0 - Dynamite ${n % 24}",${1_700_100_000 + n * 240 + ((n * n) % 97)}`,
    ),
  ];
  return [...rows, ...dirt].join("\n");
}

describe.skipIf(!canShowWindows)(`the story of the app in a browser (${WINDOW_NEEDS})`, () => {
  const app = useApp((folder) => writeFileSync(join(folder, "log.csv"), dirtyLog()));

  const runs = async () =>
    (await askServer<{ runs: { id: string; name: string; state: string }[] }>(app.server, "/runs")).runs;
  const detailOf = (id: string) => askServer<RunDetail>(app.server, `/runs/${id}`);

  /** The process that trains a run. */
  const trainerOf = (id: string) => Number(readFileSync(join(app.folder, "runs", id, "lock"), "utf8"));
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test("a dirty log: what was found, a fix by one click, and all rows accounted for", {
    timeout: 120_000,
  }, async () => {
    await app.page.goto(app.server.url);
    await seen(app.page, "A recommender you can question");
    expect(app.page.url()).not.toContain("t=");
    await app.page.getByRole("link", { name: "Open a log" }).click();
    await app.page.locator("input[type=file]").setInputFiles(join(app.folder, "log.csv"));
    await seen(app.page, "What was detected");
    const balance = app.page.getByText(/rows read =/).first();
    await balance.waitFor({ timeout: 60_000 });
    const before = await balance.innerText();
    const busy = app.page
      .locator(".findings > li")
      .filter({ has: app.page.locator("strong", { hasText: /^very busy users$/ }) });
    await busy.getByText(/rows to blame/).click();
    await busy.getByText(/^busy \(/).waitFor();
    await busy.getByRole("button", { name: /^Apply Most plays a day/ }).click();
    await expect.poll(() => balance.innerText(), { timeout: 60_000 }).not.toBe(before);
    const numbers = (await balance.innerText()).replaceAll(",", "").match(/\d+/g)!.map(Number);
    expect(numbers[0]).toBe(numbers[1] + numbers[2]);
    expect(numbers[2]).toBeGreaterThan(900); // who never sleeps, and the rows that were there twice
    await app.page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => balance.innerText(), { timeout: 60_000 }).toBe(before);
    await busy.getByRole("button", { name: /^Apply Most plays a day/ }).click();
    await expect.poll(() => balance.innerText(), { timeout: 60_000 }).not.toBe(before);
    expect(app.problems).toEqual([]);
  });

  test("rules are changed where their counts stand; a log that cannot be trained on says why", {
    timeout: 180_000,
  }, async () => {
    const balance = app.page.getByText(/rows read =/).first();
    const train = app.page.getByRole("button", { name: "Train on this log" });
    const before = await balance.innerText();
    await app.page.getByText("Change the rules").click();
    await app.page.getByLabel("Fewest plays of a user").fill("500");
    await seen(app.page, "Cleaning leaves nothing of this log: see the audit.");
    expect(await train.isDisabled()).toBe(true);
    // Why nothing is left is told with the file's own name, wherever its copy lies.
    const finding = app.page.locator(".findings > li").filter({ hasText: "cleaning stops" });
    await finding.waitFor();
    expect(await finding.innerText()).not.toContain(".uploads");
    await app.page.getByLabel("Fewest plays of a user").press("Control+z");
    await expect.poll(() => app.page.getByText(/rows read =/).count(), { timeout: 60_000 }).toBe(1);
    expect(await balance.innerText()).toBe(before);
    // The rules stay open below the hand that changes them, also while a value is out of range.
    const focused = () => app.page.evaluate(() => document.activeElement?.id);
    expect(await focused()).toBe("cleaning.minimumUserPlays");
    const share = app.page.getByLabel("Most unreadable rows, share");
    await share.fill("5");
    await seen(app.page, "An option is not right: see below.");
    await app.page.waitForTimeout(1000); // longer than what would be asked with it takes
    expect([await focused(), await app.page.getByText("CONFIG_INVALID").count()]).toEqual(["cleaning.maxBadShare", 0]);
    await share.press("Control+z");
    await expect.poll(() => train.isDisabled(), { timeout: 60_000 }).toBe(false);
    expect(await train.isDisabled()).toBe(false);
    await app.page.getByLabel("Or the path of a file or folder on this computer").fill(join(app.folder, "none.csv"));
    await app.page.getByRole("button", { name: "Open", exact: true }).click();
    await seen(app.page, "This log cannot be read: see below.");
    expect(await train.isDisabled()).toBe(true);
    await app.page.getByRole("button", { name: /^Undo/ }).click();
    await expect.poll(() => train.isDisabled(), { timeout: 60_000 }).toBe(false);
    expect(app.problems.filter((problem) => !/40[04] \(/.test(problem))).toEqual([]);
    app.problems.length = 0;
  });

  test("training is watched live; a wrong option is told before it starts", { timeout: 180_000 }, async () => {
    await app.page.getByRole("button", { name: "Train on this log" }).click();
    await app.page.getByLabel("Name of the run").fill("story");
    await app.page.getByLabel("Epochs").fill("0");
    await seen(app.page, "To correct: 1");
    expect(await app.page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await app.page.getByLabel("Epochs").press("Control+z");
    await seen(app.page, /--name story( |$)/);
    expect(await app.page.getByLabel("Epochs").inputValue()).not.toBe("0");
    await app.page.waitForTimeout(1600); // what follows fast is one change with what was before
    await app.page.getByLabel("Epochs").fill("2");
    await seen(app.page, /--set train.epochs=2/);
    // What is mended in the palette is the palette's own, and Shift means the contrary.
    await app.page.keyboard.press("Control+k");
    await app.page.keyboard.type("abx");
    await app.page.keyboard.press("Control+z");
    await app.page.keyboard.press("Escape");
    await app.page.getByLabel("Epochs").press("Control+Shift+z");
    expect(await app.page.getByLabel("Epochs").inputValue()).toBe("2");
    await app.page.getByRole("button", { name: "Start training" }).click();
    await app.page.waitForURL(/#\/runs\/.*story/);
    await seen(app.page, "Test results");
    await seen(app.page, /npx refrain train --name story/);
    expect(app.problems).toEqual([]);
  });

  test("the engine is killed, then the app.server; each time the run goes on where it was", {
    timeout: 240_000,
  }, async () => {
    const options = {
      name: "killed",
      data: { path: join(app.folder, "log.csv") },
      train: { epochs: 500, patience: 500 },
    };
    const { job } = await askServer<{ job: { id: string } }>(app.server, "/runs", { options });
    await visit(app.page, `/runs/${job.id}`);
    await app.page.waitForURL(/#\/runs\/.*killed/);
    const id = decodeURIComponent(app.page.url().split("/").at(-1)!);
    const epoch = async () => (await detailOf(id)).epochs.length;
    const atLeast = (epochs: number) => expect.poll(epoch, { timeout: 60_000 }).toBeGreaterThanOrEqual(epochs);
    await atLeast(2);
    const saved = async () => (await detailOf(id)).log.filter(({ key }) => key === "log.checkpoint").length;
    const savedBefore = await saved();
    await app.page.getByRole("button", { name: "Save a checkpoint" }).click();
    await expect.poll(saved, { timeout: 30_000 }).toBeGreaterThan(savedBefore);
    process.kill(trainerOf(id), "SIGKILL");
    await seen(app.page, "The engine was ended from outside");
    const before = await epoch();
    await app.page.getByRole("button", { name: "Resume" }).click();
    await atLeast(before + 1);
    await app.page.locator(".progress").waitFor();

    const port = Number(new URL(app.server.origin).port);
    const engine = trainerOf(id);
    app.server.child.kill("SIGKILL");
    await seen(app.page, "Connection lost");
    await expect.poll(() => isAlive(engine), { timeout: 30_000 }).toBe(false); // it saves a checkpoint and goes
    expect(await app.page.locator(".main-svg").count()).toBeGreaterThan(0); // what was drawn stays
    app.server = await startAppServer(join(app.folder, "runs"), port);
    await app.page.goto("about:blank");
    await app.page.goto(app.server.url);
    await visit(app.page, `/runs/${encodeURIComponent(id)}`);
    await seen(app.page, "This run is not finished");
    const left = await epoch();
    expect(left).toBeGreaterThanOrEqual(before + 1);
    expect((await detailOf(id)).steps.length).toBeGreaterThan(1); // the curve by steps is there without the server that drew it
    await app.page.getByRole("button", { name: "Resume" }).click();
    await atLeast(left + 1);
    await app.page.getByRole("button", { name: "Pause" }).click();
    await app.page.getByRole("button", { name: "Resume" }).waitFor({ timeout: 60_000 });
    const epochs = (await detailOf(id)).epochs.map((each) => each.epoch);
    expect(epochs).toEqual(epochs.map((_, n) => n + 1)); // none twice, none lost
    expect(app.problems.filter((problem) => !/net::ERR|503/.test(problem))).toEqual([]);
    app.problems.length = 0;
  });

  test("a second run, and both compared with paired tests", { timeout: 120_000 }, async () => {
    const [story] = (await runs()).filter(({ name }) => name === "story");
    const { record } = await detailOf(story.id);
    const options = { ...record!.config, name: "second", train: { ...record!.config.train, seed: 2 } };
    const { job } = await askServer<{ job: { id: string } }>(app.server, "/runs", { options });
    await expect.poll(async () => (await detailOf(job.id)).job?.state, { timeout: 60_000 }).toBe("finished");
    await visit(app.page, "/runs");
    for (const name of ["story", "second"])
      await app.page.getByRole("checkbox", { name: new RegExp(`${name}$`) }).check();
    await app.page.getByRole("button", { name: "Compare (2)" }).click();
    await seen(app.page, "Options that differ");
    await app.page.getByText("train.seed").first().waitFor();
    await app.page.getByRole("button", { name: "Test the differences" }).click();
    await app.page.getByRole("table", { name: "Paired tests over listeners" }).waitFor({ timeout: 60_000 });
    expect(app.problems).toEqual([]);
  });

  test("one listener: the list, a change and back, a date, and the same place after a reload", {
    timeout: 120_000,
  }, async () => {
    const [story] = (await runs()).filter(({ name }) => name === "story");
    await visit(app.page, `/explore/${story.id}`);
    await app.page.getByRole("option", { name: /^u1 / }).first().click();
    const list = app.page.getByRole("region", { name: "What comes next" }).first();
    await list.getByRole("listitem").first().waitFor();
    const first = await list.getByRole("listitem").first().innerText();
    const history = app.page.getByRole("region", { name: "History" }).first();
    const plays = () => history.getByRole("listitem").count();
    const before = await plays();
    await history.getByRole("listitem").last().getByRole("button", { name: /^Take/ }).press("Enter");
    await seen(app.page, "Changes: 1. The list shows how places moved.");
    expect(await plays()).toBe(before - 1);
    await expect.poll(() => list.getByRole("listitem").first().innerText()).not.toBe(first);
    await app.page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(plays).toBe(before);
    await app.page.getByLabel("As of").fill("2023-11-20T12:00");
    await expect.poll(plays).toBeLessThan(before);
    const then = await plays();
    expect(app.page.url()).toMatch(/at=\d+/);
    await app.page.reload();
    await list.getByRole("listitem").first().waitFor();
    await expect.poll(plays).toBe(then);
    const other = await app.browser.newPage();
    await other.goto(app.page.url());
    await other.getByText("This tab has no key").waitFor();
    await other.close();
    expect(app.problems).toEqual([]);
  });

  test("two windows: what one does to the list of runs, the other shows; and it comes back", {
    timeout: 60_000,
  }, async () => {
    await visit(app.page, "/runs");
    const other = await app.page.context().newPage();
    await other.goto(app.server.url);
    await visit(other, "/runs");
    const story = other.getByRole("link", { name: "story" });
    await story.waitFor();
    await app.page.getByRole("button", { name: "Delete story" }).click();
    await story.waitFor({ state: "detached" });
    await app.page.getByRole("button", { name: /^Undo/ }).first().waitFor(); // this window may hear of it later than the other
    await app.page.keyboard.press("Control+z");
    await story.waitFor();
    await app.page.getByRole("button", { name: "Tags of story" }).click();
    await app.page.getByRole("textbox", { name: "Tags of story" }).fill("best, 夜");
    await app.page.keyboard.press("Enter");
    await other.getByRole("button", { name: /夜/ }).waitFor();
    await other.close();
    expect(app.problems).toEqual([]);
  });

  test("other pages and names get nothing, even with the key", async () => {
    const hostile = await openBrowser("--host-resolver-rules=MAP evil.test 127.0.0.1");
    const evil = await hostile.newPage();
    expect((await evil.goto(`http://evil.test:${new URL(app.server.origin).port}/`))?.status()).toBe(421);
    const reached = await evil.evaluate(
      ([address, key]) =>
        fetch(address, { headers: { Authorization: `Bearer ${key}` } }).then(
          ({ status }) => status,
          () => "refused",
        ),
      [`${app.server.origin}/api/runs`, app.server.token],
    );
    expect(reached).toBe("refused");
    await hostile.close();
  });
});
