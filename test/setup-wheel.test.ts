import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The scripts are plain JavaScript for a machine without packages; a computed address keeps the compiler out of them.
// biome-ignore lint/suspicious/noExplicitAny: for the same reason they have no types here.
type Untyped = any;
const script = (path: string): Promise<Untyped> => import(new URL(`../${path}`, import.meta.url).href);
const english = (await script("scripts/setup/messages.mjs")).translator({ LANG: "en_GB.UTF-8" });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-wheel-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("wheel", () => {
  it("takes the tested version, else the newest of the same kind", async () => {
    const { chooseVersion } = await script("scripts/setup/native/pip.mjs");
    expect(chooseVersion("tensorflow-cpu (2.22.0)\nAvailable versions: 2.22.0, 2.21.0, 2.20.0")).toBe("2.21.0");
    expect(chooseVersion("Available versions: 2.9.1, 2.16.1, 2.16.2, 2.17.0rc1, 1.15.0")).toBe("2.16.2");
    expect(chooseVersion("Available versions: 1.15.0")).toBeUndefined();
    expect(chooseVersion("")).toBeUndefined();
  });

  it("tells an index that was not reached from one without the wheel", async () => {
    const { explainPip } = await script("scripts/setup/native/pip.mjs");
    const none = "ERROR: No matching distribution found for tensorflow-cpu";
    expect(explainPip(`Could not fetch URL x: connection error\n${none}`, english)).toContain("was not reached");
    expect(explainPip(`Could not fetch URL x: 404 Client Error\n${none}`, english)).toContain("has none for");
    expect(explainPip("OSError: disk", english)).toContain("pip failed (OSError: disk)");
  });

  it("finds the headers that C++ includes", async () => {
    const { includesOf } = await script("scripts/setup/native/wheel.mjs");
    expect(includesOf('#include "a/b.h"\n  # include <c.h>\n// text\nint x;')).toEqual(["a/b.h", "c.h"]);
  });

  it("is unpacked with its checksum verified", async () => {
    const { readZip, unpackText, unpackTo } = await script("scripts/setup/native/zip.mjs");
    const text = "refrain ".repeat(5000);
    const path = join(folder, "good.zip");
    writeFileSync(path, zipOf("a/b.txt", text, 0));
    const entry = (await readZip(path)).get("a/b.txt");
    expect(await unpackText(entry)).toBe(text);
    await unpackTo(entry, join(folder, "out", "b.txt"));
    expect(readFileSync(join(folder, "out", "b.txt"), "utf8")).toBe(text);

    const damaged = join(folder, "damaged.zip");
    writeFileSync(damaged, zipOf("a/b.txt", text, 1));
    await expect(unpackText((await readZip(damaged)).get("a/b.txt"))).rejects.toThrow("arrived damaged");
    writeFileSync(damaged, "no zip at all");
    await expect(readZip(damaged)).rejects.toThrow("not a complete ZIP file");
  });
});

/** A ZIP file with one deflated entry, whose stored CRC is off by `error`. */
function zipOf(name: string, text: string, error: number): Buffer {
  const packed = deflateRawSync(text);
  const crc = (crc32(Buffer.from(text)) ^ error) >>> 0;
  const fields = Buffer.alloc(20);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed.length, 14);
  // The two length fields close the local header's common part; here they are written one by one below.
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(text.length, 0);
  sizes.writeUInt16LE(name.length, 4);
  const common = Buffer.concat([fields.subarray(0, 18), sizes]);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
  const table = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, table, end]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
