// Claims of docs/security.md about model files and dependencies.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTensorFile } from "../../src/model/index.js";
import { openModel } from "../../src/serve/served-model.js";
import { ROOT, withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { writeServedRun } from "../support/served.js";

useEngine();

test("a changed model is refused wherever it was changed", async () => {
  await withFolder((runs) => {
    const run = writeServedRun(runs, "a");
    for (const name of ["model.bin", "context.json"]) {
      const path = join(run, name);
      const whole = readFileSync(path);
      for (let part = 0; part < 8; part++) {
        const changed = Buffer.from(whole);
        changed[Math.floor(((part + 0.5) / 8) * whole.length)] ^= 4;
        writeFileSync(path, changed);
        let code = "";
        try {
          openModel(run).saved.model.dispose();
        } catch (error) {
          code = (error as { code: string }).code;
        }
        expect(["CHECKPOINT_DAMAGED", "RUN_DAMAGED"], `${name}, part ${part}`).toContain(code);
      }
      writeFileSync(path, whole);
    }
    openModel(run).saved.model.dispose();
  });
});

/** A tensor file with a header of one's own and a checksum that is right. */
function tensorFile(header: string, numbers: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(header));
  const body = Buffer.concat([Buffer.from("REFRAIN1"), length, Buffer.from(header), Buffer.alloc(4 * numbers)]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

test("a header that lies is refused, though its checksum is right", async () => {
  await withFolder((folder) => {
    const path = join(folder, "x.bin");
    const of = (...shape: number[]) => JSON.stringify({ meta: {}, tensors: [{ name: "w", shape }] });
    writeFileSync(path, tensorFile(of(2, 3), 6));
    expect(readTensorFile(path).tensors.get("w")?.values.length).toBe(6);
    for (const header of [of(1e9), of(2, 4), of(-1, 6), of(2 ** 60, 2 ** 60), of(0.5, 2), "{", "null"]) {
      writeFileSync(path, tensorFile(header, 6));
      expect(() => readTensorFile(path), header).toThrowError(expect.objectContaining({ code: "CHECKPOINT_DAMAGED" }));
    }
  });
});

test("no script of a package runs, versions are exact, and the lock file has a checksum for each", () => {
  expect(readFileSync(join(ROOT, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  ) as Record<string, Record<string, string>>;
  const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { integrity?: string; link?: boolean; inBundle?: boolean }>;
  };
  const bare = Object.entries(packages).filter(
    ([path, { integrity, link, inBundle }]) => path !== "" && !link && !inBundle && !/^sha512-/.test(integrity ?? ""),
  );
  expect(bare.map(([path]) => path)).toEqual([]);
});

test("dependencies stay within their budget", async () => {
  const { beyond, packagesOf } = (await import("../../scripts/dependencies.mjs" as string)) as {
    packagesOf: () => { name: string; licence: string }[];
    beyond: (packages: object[], bounds: object) => string[];
  };
  const bounds = JSON.parse(readFileSync(join(ROOT, "scripts", "dependencies.json"), "utf8")) as {
    running: { packages: number };
  };
  const packages = packagesOf();
  expect(packages.length).toBeGreaterThan(100);
  expect(beyond(packages, bounds)).toEqual([]);
  const more = { name: "x", version: "1.0.0", licence: "GPL-3.0", dev: false, bytes: 0, hasInstallScript: false };
  expect(beyond([...packages, more], { ...bounds, running: { packages: 1, megabytes: 1 } }).length).toBeGreaterThan(2);
});
