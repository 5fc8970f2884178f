// The packaged desktop app. Electron's binary cannot be had where its download host is not reached, so the package is built on a
// stand-in of it, which has the fuses of a real one and runs nothing; what runs in a real Electron is tested where there is one.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { _electron } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildIfNeeded } from "../../app/launch/build.mjs";
import { findElectron } from "../../app/launch/find.mjs";
import { findBuilder, packageApp } from "../../app/launch/package.mjs";
import { isBuilt, isLongRun, ROOT } from "../support/cli.js";

/** The mark in front of the fuses, their version, their number, and each as it is in a fresh Electron: "1" on, "0" off. */
const FUSES = Buffer.concat([
  Buffer.from("dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX"),
  Buffer.from([1, 8]),
  Buffer.from("10110001"),
]);

/** A folder that electron-builder takes for an unpacked Electron. */
function standIn(folder: string): void {
  mkdirSync(join(folder, "locales"), { recursive: true });
  mkdirSync(join(folder, "resources"));
  writeFileSync(join(folder, "electron"), Buffer.concat([readFileSync("/bin/true"), FUSES]), { mode: 0o755 });
  copyFileSync("/bin/true", join(folder, "chrome-sandbox"));
  for (const name of ["LICENSE", "LICENSES.chromium.html", "locales/en-US.pak"]) writeFileSync(join(folder, name), "x");
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", "electron", "package.json"), "utf8"));
  writeFileSync(join(folder, "version"), version);
}

const builder = findBuilder(ROOT);
const CAN_PACKAGE = isLongRun && isBuilt && process.platform === "linux" && builder !== null;

describe.skipIf(!CAN_PACKAGE)(
  "the unpacked desktop app, on a stand-in of Electron (needs REFRAIN_FULL=1, Linux, and electron-builder below .cache)",
  () => {
    let folder: string;
    let app: string;
    let server: ChildProcess | undefined;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "refrain-package-"));
      standIn(join(folder, "electron"));
      buildIfNeeded(ROOT, () => {});
      const { status, output } = packageApp({
        root: ROOT,
        node: process.execPath,
        output: join(folder, "out"),
        electronDist: join(folder, "electron"),
        unpacked: true,
        bare: true,
      });
      expect(status, output).toBe(0);
      app = join(folder, "out", "linux-unpacked");
    }, 180_000);
    afterAll(() => {
      server?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    });

    test("holds the built app, the data and a plain Node, and no source or test", () => {
      const inApp = (...path: string[]) => join(app, "resources", "app", ...path);
      for (const path of [
        "dist/app/desktop/main.cjs",
        "dist/app/desktop/preload.cjs",
        "dist/app/web/index.html",
        "datasets/jkpop",
      ])
        expect(existsSync(inApp(path)), path).toBe(true);
      for (const path of ["src", "test", "app", "notebooks", "runs", ".cache"])
        expect(existsSync(inApp(path)), path).toBe(false);
      expect(JSON.parse(readFileSync(inApp("package.json"), "utf8")).main).toBe("dist/app/desktop/main.cjs");
      const node = spawnSync(join(app, "resources", "node", "node"), ["--version"], { encoding: "utf8" });
      expect(node.stdout.trim()).toBe(process.version);
    });

    test("has its fuses burnt: Electron runs as nothing but this app", () => {
      const binary = readFileSync(join(app, "refrain"));
      const at = binary.lastIndexOf(FUSES.subarray(0, 32));
      const wire = binary.subarray(at + 34, at + 42).toString();
      // runAsNode, cookies encrypted, NODE_OPTIONS, --inspect, archive checked, archive only, own snapshot, file: privileges
      expect(wire).toBe("01000000".replace(/^(.{4}).{2}/, (_, first) => first + FUSES.subarray(38, 40).toString()));
    });

    test("its Node starts its server, which gives the page", { timeout: 60_000 }, async () => {
      symlinkSync(join(ROOT, "node_modules"), join(app, "resources", "app", "node_modules"));
      const program = join(app, "resources", "app", "dist", "app", "server", "main.js");
      server = spawn(join(app, "resources", "node", "node"), [program, "--runs", join(folder, "runs")], {
        stdio: ["ignore", "pipe", "inherit"],
        cwd: folder,
      });
      const line = await new Promise<string>((resolve) =>
        createInterface({ input: server!.stdout! }).once("line", resolve),
      );
      const { origin, token } = JSON.parse(line) as { origin: string; token: string };
      expect(await (await fetch(origin)).text()).toContain('<div id="root">');
      const reply = await fetch(`${origin}/api/runs`, { headers: { Authorization: `Bearer ${token}` } });
      expect(await reply.json()).toEqual({ runs: [] });
    });
  },
);

const electron = findElectron(ROOT, process.env);
const display = process.platform !== "linux" || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

describe.skipIf(!isLongRun || !isBuilt || electron === null || !display)(
  "the desktop app in a real Electron (needs REFRAIN_FULL=1, Electron's binary, and a display)",
  () => {
    test("one sandboxed window on the server, and four functions for the page", { timeout: 120_000 }, async () => {
      buildIfNeeded(ROOT, () => {});
      const runs = mkdtempSync(join(tmpdir(), "refrain-electron-"));
      const shell = await _electron.launch({
        executablePath: electron!,
        args: [join(ROOT, "dist", "app", "desktop", "main.cjs"), ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
        env: { ...process.env, REFRAIN_NODE: process.execPath, REFRAIN_RUNS: runs } as Record<string, string>,
      });
      try {
        const window = await shell.firstWindow();
        await window.getByRole("heading", { level: 1 }).waitFor();
        const inPage = await window.evaluate(() => ({
          bridge: Object.keys((globalThis as unknown as { refrainDesktop: object }).refrainDesktop),
          node: typeof (globalThis as unknown as { process?: unknown }).process,
          token: sessionStorage.getItem("refrain.token"),
        }));
        expect(inPage).toEqual({
          bridge: ["pathOf", "pickLog", "revealRun", "notify"],
          node: "undefined",
          token: null,
        });
        expect(shell.windows()).toHaveLength(1);
      } finally {
        await shell.close();
        rmSync(runs, { recursive: true, force: true });
      }
    });
  },
);
