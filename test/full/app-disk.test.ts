// The app on a disk that is full, and on one that is slow: what it says, and that nothing is lost. Waits for the long run.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunDetail } from "../../app/server/contract.js";
import {
  askServer,
  canShowWindows,
  seen,
  smallLog,
  startAppServer,
  useApp,
  visit,
  WINDOW_NEEDS,
} from "../support/app-window.js";

/** Whether a small file system of its own can be mounted: root on Linux, and not in every container. */
function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const place = mkdtempSync(join(tmpdir(), "refrain-mount-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place]);
  if (status === 0) spawnSync("umount", [place]);
  rmSync(place, { recursive: true, force: true });
  return status === 0;
}

const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
const LOG = { users: 60, plays: 30 };

describe.skipIf(!canShowWindows || !canMount())(`a full disk (${WINDOW_NEEDS}, and root, for a small mount)`, () => {
  const runs = () => join(app.folder, "runs");
  const app = useApp((folder) => {
    writeFileSync(join(folder, "log.csv"), smallLog(LOG.users, LOG.plays));
    mkdirSync(join(folder, "runs"));
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", join(folder, "runs")]);
  });
  // Before the folder is removed: what is set up last ends first.
  afterAll(() => void spawnSync("umount", ["-l", runs()]));

  test("says so, keeps the last checkpoint, and goes on once there is space", { timeout: 180_000 }, async () => {
    const { page, folder, server } = app;
    await page.goto(server.url);
    const options = {
      name: "full",
      data: { path: join(folder, "log.csv") },
      train: { epochs: 500, patience: 500 },
    };
    const { job } = await askServer<{ job: { id: string } }>(server, "/runs", { options });
    const detail = () => askServer<RunDetail>(server, `/runs/${job.id}`);
    await expect.poll(async () => (await detail()).epochs.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    await visit(page, `/runs/${job.id}`);
    fill(runs());
    await seen(page, /There is no space left for/);
    const stopped = await detail();
    expect(stopped.job).toMatchObject({ state: "failed", failure: { code: "DISK_FULL" } });
    expect(stopped.row?.state).toMatch(/interrupted|failed/);
    expect(stopped.resumable).toBe(true);
    const kept = stopped.epochs.length;
    expect(kept).toBeGreaterThanOrEqual(3);

    // A dropped file, and another run, are refused with the same words; nothing is left of either.
    await visit(page, "/data");
    await page.locator("input[type=file]").setInputFiles({
      name: "dropped.csv",
      mimeType: "text/csv",
      buffer: Buffer.alloc(2 ** 20, "user,item\n"),
    });
    await seen(page, /There is no space left for/);
    fill(runs()); // what was refused has given its blocks back
    await expect(askServer(server, `/runs/${stopped.record!.id}/marks`, { pinned: true })).rejects.toThrow("DISK_FULL");

    rmSync(join(runs(), "filler"));
    await visit(page, `/runs/${stopped.record!.id}`);
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(async () => (await detail()).epochs.length, { timeout: 60_000 }).toBeGreaterThan(kept);
    const epochs = (await detail()).epochs.map(({ epoch }) => epoch);
    expect(epochs).toEqual(epochs.map((_, n) => n + 1));
    await page.close();
  });
});

/** Leaves no block free. */
function fill(disk: string): void {
  for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 4))
    for (;;) {
      try {
        writeFileSync(join(disk, "filler"), Buffer.alloc(size), { flag: "a" });
      } catch {
        break;
      }
    }
  expect(statfsSync(disk).bavail).toBe(0);
}

/** Every reading, writing and syncing of a file below SLOW_DISK waits first, as on a worn card or a far share. */
const SLOW = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void wait_for(int fd) {
  const char *slow = getenv("SLOW_DISK");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = slow ? readlink(link, path, sizeof path - 1) : -1;
  if (n > 0 && strncmp(path, slow, strlen(slow)) == 0) usleep(60000);
}
#define SLOWED(type, name, args, call) type name args { \\
  static type (*real) args; if (!real) real = dlsym(RTLD_NEXT, #name); wait_for(fd); return real call; }
SLOWED(ssize_t, read, (int fd, void *b, size_t n), (fd, b, n))
SLOWED(ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n))
SLOWED(ssize_t, pread64, (int fd, void *b, size_t n, off64_t o), (fd, b, n, o))
SLOWED(ssize_t, pwrite64, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o))
SLOWED(int, fsync, (int fd), (fd))
`;

describe.skipIf(!canShowWindows || process.platform !== "linux" || !compiler)(
  `a slow disk (${WINDOW_NEEDS}, and a C compiler on Linux)`,
  () => {
    test("a run comes to its end, and the window is answered meanwhile", { timeout: 180_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), "refrain-slow-"));
      const library = join(folder, "slow.so");
      writeFileSync(join(folder, "slow.c"), SLOW);
      const built = spawnSync(compiler!, ["-shared", "-fPIC", "-o", library, join(folder, "slow.c"), "-ldl"]);
      expect(built.stderr.toString()).toBe("");
      const disk = join(folder, "disk");
      mkdirSync(disk);
      writeFileSync(join(disk, "log.csv"), smallLog(LOG.users, LOG.plays));
      const server = await startAppServer(join(disk, "runs"), 0, { LD_PRELOAD: library, SLOW_DISK: disk });
      try {
        const options = { name: "slow", data: { path: join(disk, "log.csv") }, train: { epochs: 3 } };
        const { job } = await askServer<{ job: { id: string } }>(server, "/runs", { options });
        const waits: number[] = [];
        const epochs: number[] = [];
        for (;;) {
          const began = performance.now();
          const detail = await askServer<RunDetail>(server, `/runs/${job.id}`);
          waits.push(performance.now() - began);
          epochs.push(detail.epochs.length);
          expect(detail.job?.failure).toBeNull();
          if (detail.job?.state === "finished") {
            expect(detail.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
            const folderOfRun = join(disk, "runs", detail.record!.id);
            expect(existsSync(join(folderOfRun, "model.bin"))).toBe(true);
            expect(JSON.parse(readFileSync(join(folderOfRun, "run.json"), "utf8")).status).toBe("finished");
            break;
          }
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        const longest = Math.max(...waits);
        console.log(`slow disk: the longest of ${waits.length} answers took ${longest.toFixed(0)} ms`);
        expect(longest).toBeLessThan(3000);
        expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
      } finally {
        server.child.kill("SIGKILL");
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);
