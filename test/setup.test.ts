import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The scripts are plain JavaScript for a machine without packages; a computed address keeps the compiler out of them.
// biome-ignore lint/suspicious/noExplicitAny: for the same reason they have no types here.
type Untyped = any;
const script = (path: string): Promise<Untyped> => import(new URL(`../${path}`, import.meta.url).href);
const english = (await script("scripts/setup/messages.mjs")).translator({ LANG: "en_GB.UTF-8" });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-setup-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("messages", () => {
  it("speak Chinese when LC_ALL or LANG begins with zh", async () => {
    const { translator } = await script("scripts/setup/messages.mjs");
    expect(translator({ LANG: "zh_CN.UTF-8" })("packages")).toBe("依赖包");
    expect(translator({ LANG: "zh_CN.UTF-8", LC_ALL: "C" })("packages")).toBe("Packages");
    expect(translator({})("packages")).toBe("Packages");
  });

  it("give every reason in both languages", async () => {
    const { reasons } = await script("scripts/setup/reasons.mjs");
    for (const [key, { en, zh }] of Object.entries<Untyped>(reasons)) {
      const values = ["there", "why", "more"];
      expect(en(...values), key).toMatch(/\w/);
      expect(zh(...values), key).toMatch(/[\u4e00-\u9fff]/);
      expect(en.length, key).toBe(zh.length);
    }
  });

  it("tell the way to the engine in front of its reason, and nothing of it where another addon has the same reason", () => {
    const why = english("noCompiler", "install one");
    expect(english("scannerRefused", why)).not.toContain("TensorFlow");
    expect(english("wayRefused", "wheel", why)).toBe("TensorFlow wheel: no C++ compiler (install one).");
  });
});

describe("options", () => {
  it("prefers the argument to REFRAIN_ENGINE", async () => {
    const { readOptions } = await script("scripts/setup/options.mjs");
    expect(readOptions([], {}, english)).toEqual({ help: false, retry: false, engine: undefined, chosenBy: undefined });
    expect(readOptions([], { REFRAIN_ENGINE: "wasm" }, english)).toMatchObject({
      engine: "wasm",
      chosenBy: "REFRAIN_ENGINE",
    });
    const both = readOptions(["--retry", "--engine=native"], { REFRAIN_ENGINE: "wasm" }, english);
    expect(both).toMatchObject({ retry: true, engine: "native", chosenBy: "--engine" });
  });

  it("refuses what it does not know", async () => {
    const { readOptions } = await script("scripts/setup/options.mjs");
    expect(() => readOptions(["--fast"], {}, english)).toThrow("Unknown option --fast");
    expect(() => readOptions(["--engine"], {}, english)).toThrow("Choose native, wasm or cpu");
    expect(() => readOptions([], { REFRAIN_ENGINE: "gpu" }, english)).toThrow('Unknown engine "gpu"');
  });
});

describe("packages", () => {
  const linux = { os: "linux", cpu: "x64", libc: "glibc" };
  const lock = {
    packages: {
      "": {},
      "node_modules/a": { version: "1.0.0", integrity: "x" },
      "node_modules/a-linux": { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
      "node_modules/a-mac": { version: "1.0.0", optional: true, os: ["darwin"] },
      "node_modules/extra": { version: "2.0.0", optional: true },
    },
  };
  const tree = (packages: Record<string, { version: string; integrity?: string }>) => ({ packages });
  const a = { version: "1.0.0", integrity: "x" };

  it("accepts a tree that lacks only what is optional or for other machines", async () => {
    const { treeAgrees } = await script("scripts/setup/steps/dependencies.mjs");
    expect(treeAgrees(lock, tree({ "node_modules/a": a, "node_modules/a-linux": a }), linux)).toBe(true);
    expect(treeAgrees(lock, tree({ "node_modules/a": a }), { ...linux, libc: "musl" })).toBe(true);
  });

  it("rejects a tree of another version, content or machine", async () => {
    const { treeAgrees } = await script("scripts/setup/steps/dependencies.mjs");
    const built = { "node_modules/a-linux": a };
    expect(treeAgrees(lock, tree(built), linux)).toBe(false);
    expect(treeAgrees(lock, tree({ ...built, "node_modules/a": { version: "1.0.1" } }), linux)).toBe(false);
    expect(treeAgrees(lock, tree({ ...built, "node_modules/a": { ...a, integrity: "y" } }), linux)).toBe(false);
    expect(treeAgrees(lock, tree({ "node_modules/a": a, "node_modules/a-mac": a }), linux)).toBe(false);
  });

  it("reads npm's lists of machines, negations too", async () => {
    const { fits } = await script("scripts/setup/steps/dependencies.mjs");
    expect(fits({ os: ["!win32"] }, linux)).toBe(true);
    expect(fits({ os: ["!linux"] }, linux)).toBe(false);
    expect(fits({ os: ["linux"], cpu: ["arm64"] }, linux)).toBe(false);
    expect(fits({ os: "linux" }, linux)).toBe(true);
  });

  it.each([
    [
      "npm error code ENOTFOUND\nnpm error network If you are behind a proxy, please make sure that the proxy config",
      "installOffline",
    ],
    ["npm error code ECONNREFUSED\nnpm error request to http://proxy.local:3128 failed", "installProxy"],
    ["npm error code SELF_SIGNED_CERT_IN_CHAIN", "installCertificate"],
    ["npm error code ENOSPC\nnpm error nospc no space left on device", "installDisk"],
    ["npm error code EACCES\nnpm error syscall mkdir", "installPermission"],
    ["npm error code EUSAGE\nnpm error Missing: a@1 from lock file", "installLockfile"],
    ["npm error code EINTEGRITY", "installIntegrity"],
    ["npm error code E404", "installRegistry"],
    ["npm error something new", "installUnknown"],
  ])("explains %j", async (output, key) => {
    const { explainInstallFailure } = await script("scripts/setup/steps/npm.mjs");
    expect(explainInstallFailure(output)).toBe(key);
  });

  it("are all in package-lock.json, those of other platforms too, or npm ci refuses it", () => {
    const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
    const missing = Object.values<Untyped>(packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });
});

describe("engine verdict", () => {
  const facts = { platform: "linux", arch: "x64", tfjsNode: "4.22.0", nodeMajor: 20 };
  const files = [{ path: "deps/lib/a.so", bytes: 10 }];
  const native = { engine: "native", builtFor: facts, files };
  const wasm = { engine: "wasm", builtFor: facts };
  const sizes = () => 10;

  it("holds while machine, package and files are the same", async () => {
    const { verdictHolds } = await script("scripts/setup/steps/engine.mjs");
    expect(verdictHolds(native, facts, undefined, sizes)).toBe(true);
    expect(verdictHolds(native, { ...facts, arch: "arm64" }, undefined, sizes)).toBe(false);
    expect(verdictHolds(native, { ...facts, tfjsNode: "4.23.0" }, undefined, sizes)).toBe(false);
    expect(verdictHolds(native, facts, undefined, () => undefined)).toBe(false);
    expect(verdictHolds(undefined, facts, undefined, sizes)).toBe(false);
  });

  it("checks an addon again under another Node, and does not repeat a failure there", async () => {
    const { verdictHolds } = await script("scripts/setup/steps/engine.mjs");
    expect(verdictHolds(native, { ...facts, nodeMajor: 22 }, undefined, sizes)).toBe(false);
    expect(verdictHolds(wasm, { ...facts, nodeMajor: 22 }, undefined, sizes)).toBe(true);
  });

  it("gives way to a wish for another engine", async () => {
    const { verdictHolds } = await script("scripts/setup/steps/engine.mjs");
    expect(verdictHolds(wasm, facts, "native", sizes)).toBe(false);
    expect(verdictHolds(native, facts, "native", sizes)).toBe(true);
  });
});

describe("lock", () => {
  it("is left behind when its process is gone, or when another machine fell silent", async () => {
    const { isLeftBehind } = await script("scripts/setup/tools/lock.mjs");
    const lock = JSON.stringify({ pid: 7, host: "here" });
    expect(isLeftBehind(lock, 0, () => true, "here")).toBe(false);
    expect(isLeftBehind(lock, 0, () => false, "here")).toBe(true);
    expect(isLeftBehind(lock, 30_000, () => false, "there")).toBe(false);
    expect(isLeftBehind(lock, 61_000, () => true, "there")).toBe(true);
    expect(isLeftBehind("", 0)).toBe(false);
    expect(isLeftBehind("", 3_000)).toBe(true);
  });

  it("lets one in at a time and clears what a killed setup left", async () => {
    const { withLock } = await script("scripts/setup/tools/lock.mjs");
    const path = join(folder, "lock", "setup.lock");
    mkdirSync(join(folder, "lock"));
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, host: (await import("node:os")).hostname() }));
    const log: string[] = [];
    const work = (name: string) =>
      withLock(
        path,
        () => log.push(`${name} waits`),
        async () => {
          log.push(`${name} in`);
          await new Promise((resolve) => setTimeout(resolve, 150));
          log.push(`${name} out`);
        },
      );
    await Promise.all([work("a"), work("b")]);
    const moves = log.filter((line) => !line.endsWith("waits")).map((line) => line.slice(2));
    expect(moves).toEqual(["in", "out", "in", "out"]);
    expect(existsSync(path)).toBe(false);
  });
});

describe("commands", () => {
  it("report failure, absence and silence without throwing", async () => {
    const { run, runNode } = await script("scripts/setup/tools/run.mjs");
    expect(await runNode(["-e", "console.log('x')"])).toMatchObject({ ok: true, stdout: "x\n" });
    expect(await runNode(["-e", "process.exit(3)"], { keep: true })).toMatchObject({ ok: false, code: 3 });
    expect(await run("no-such-command-here", [])).toMatchObject({ ok: false, code: null });
    const silent = await runNode(["-e", "setTimeout(() => {}, 60000)"], { keep: true, stallMs: 1, progress: () => 0 });
    expect(silent).toMatchObject({ ok: false, stopped: "stall" });
  });

  it("know a processor as the engine knows it, so that kernels run where they were compiled", async () => {
    const { processorHere } = await script("scripts/setup/native/machine.mjs");
    expect(processorHere()).toBe((await import("../src/engine/kernels.js")).processorHere());
  });

  it.skipIf(process.platform === "win32")("tell a crash by its signal (Windows has none)", async () => {
    const { runNode } = await script("scripts/setup/tools/run.mjs");
    const { explainCrash } = await script("scripts/setup/native/addon.mjs");
    const result = await runNode(["-e", "process.kill(process.pid, 'SIGILL')"]);
    expect(explainCrash(result, english)).toContain("lacks an instruction");
    const broken = await runNode(["-e", "throw new Error('no such library')"]);
    expect(explainCrash(broken, english)).toBe("Error: no such library");
  });
});

describe("stamps", () => {
  it("change when a source changes", async () => {
    const { filesBelow, signatureOf, writeWhole } = await script("scripts/setup/tools/files.mjs");
    writeWhole(join(folder, "src", "a", "one.ts"), "1");
    const files = filesBelow(join(folder, "src"));
    expect(files).toEqual([join(folder, "src", "a", "one.ts")]);
    const before = signatureOf(files);
    utimesSync(files[0], new Date(0), new Date(0));
    expect(signatureOf(files)).not.toBe(before);
  });
});

describe(".ci/count.mjs", () => {
  const report = (passed: number, failed: number, testResults: object[] = []) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults,
  });

  it("adds up runs, files that did not load and steps that no test explains", async () => {
    const { count, summary } = await script(".ci/count.mjs");
    const unloaded = { status: "failed", assertionResults: [] };
    expect(count({ default: report(5, 0), wasm: report(2, 1, [unloaded]) }, ["check", "wasm"])).toEqual({
      passed: 7,
      failed: 3,
      skipped: 2,
    });
    expect(summary({ passed: 7, failed: 0, skipped: 0 })).toBe("7 passed, 0 failed");
    expect(summary({ passed: 7, failed: 3, skipped: 2 })).toBe("7 passed, 3 failed, 2 skipped");
  });
});
