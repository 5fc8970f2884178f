// The packaged desktop app. Electron's binary cannot be had where its download host is not reached, so the package is built on a
// stand-in of it, which has the fuses of a real one and runs nothing; what runs in a real Electron is tested where there is one.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildIfNeeded } from "../../app/launch/build.mjs";
import { builderFolder, findBuilder, packageApp } from "../../app/launch/package.mjs";
import { FRESH_FUSES, makeStandIn } from "../support/app-electron.js";
import { isBuilt, isLongRun, ROOT } from "../support/cli.js";

const canPackage = isLongRun && isBuilt && process.platform === "linux" && findBuilder(ROOT) !== null;

/** A file of an archive: `unpacked` is beside it, a folder has `files`. */
interface Entry {
  readonly files?: object;
  readonly unpacked?: boolean;
}

interface Asar {
  listPackage(archive: string): string[];
  statFile(archive: string, path: string): Entry;
  extractFile(archive: string, path: string): Buffer;
}

describe.skipIf(!canPackage)(
  "the unpacked desktop app, on a stand-in of Electron (needs REFRAIN_FULL=1, dist, Linux, and npm run package -- --prepare)",
  () => {
    let folder: string;
    let resources: string;
    let server: ChildProcess | undefined;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "refrain-package-"));
      makeStandIn(join(folder, "electron"));
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
      resources = join(folder, "out", "linux-unpacked", "resources");
    }, 180_000);
    afterAll(() => {
      server?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    });

    test("the archive holds the shell and nothing else; no source, test or package of development goes along", () => {
      const asar = createRequire(join(builderFolder(ROOT), "package.json"))("@electron/asar") as Asar;
      const archive = join(resources, "app.asar");
      const entries = asar.listPackage(archive).map((path) => path.slice(1));
      const files = entries.filter((path) => {
        const { files, unpacked } = asar.statFile(archive, path);
        return !files && !unpacked;
      });
      expect(files).toEqual(["dist/app/desktop/main.cjs", "dist/app/desktop/preload.cjs", "package.json"]);
      expect(JSON.parse(asar.extractFile(archive, "package.json").toString())).toMatchObject({
        name: "refrain",
        main: "dist/app/desktop/main.cjs",
      });
      expect(new Set(entries.map((path) => path.split("/")[0]))).toEqual(new Set(["dist", "datasets", "package.json"]));
    });

    test("beside the archive: the server, the page, the data, the kernels' sources and a plain Node", () => {
      const beside = (...path: string[]) => join(resources, "app.asar.unpacked", ...path);
      for (const path of [
        "package.json",
        "dist/index.js",
        "dist/app/server/main.js",
        "dist/app/server/worker.js",
        "dist/app/web/index.html",
        "datasets/jkpop",
        "src/engine/kernels/recurrent.cc",
      ])
        expect(existsSync(beside(path)), path).toBe(true);
      for (const path of ["src/index.ts", "test", "app", "notebooks", "runs", ".cache", "dist/app/desktop"])
        expect(existsSync(beside(path)), path).toBe(false);
      const node = spawnSync(join(resources, "node", "node"), ["--version"], { encoding: "utf8" });
      expect(node.stdout.trim()).toBe(process.version);
    });

    test("has its fuses burnt: Electron runs as nothing but this app", () => {
      const binary = readFileSync(join(resources, "..", "refrain"));
      const at = binary.lastIndexOf(FRESH_FUSES.subarray(0, 32));
      const fuses = [...binary.subarray(at + 34, at + 42).toString()].map((each) => each === "1");
      expect(fuses).toEqual([
        false, // ELECTRON_RUN_AS_NODE
        true, // cookies are encrypted
        false, // NODE_OPTIONS
        false, // --inspect
        true, // the archive is held against its hash, on macOS and Windows
        true, // nothing but the archive is loaded
        false, // a snapshot of its own
        false, // more rights for file:
      ]);
    });

    test("its Node starts its server, which gives the page", { timeout: 60_000 }, async () => {
      const beside = join(resources, "app.asar.unpacked");
      symlinkSync(join(ROOT, "node_modules"), join(beside, "node_modules"));
      const program = join(beside, "dist", "app", "server", "main.js");
      server = spawn(join(resources, "node", "node"), [program, "--runs", join(folder, "runs")], {
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
