// Files handed over by a person and archives that are traps: a coded error or the members that were expected, nothing else.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/registry/descriptor.js";
import { locateDataset, placesOf, readReceipt } from "../../src/data/registry/store.js";
import { withFolder } from "../support/cli.js";
import { sends, withServer } from "../support/faulty-server.js";
import { tarOf } from "../support/tar.js";
import { type ZipMember, zipOf } from "../support/zip.js";
import { datasetOf, digest, getTiny, LOG, leftovers, WHOLE } from "./registry-helpers.js";

const free = { checksum: { value: null, reason: "made in a test" }, size: { bytes: null, exact: false } } as const;
const packed = (packing: Dataset["packing"]) => datasetOf(["https://example.org/file"], { ...free, packing });
const ROW = LOG.subarray(0, 4000).toString();
const log: ZipMember = { name: "set/log.tsv", content: LOG };
/** More than twice the unpacked size and 64 MiB. */
const HUGE = Buffer.alloc(66 * 2 ** 20);

/** Writes a file and hands it over. */
function handOver(dataset: Dataset, bytes: Buffer, use: (got: Promise<unknown>, data: string) => Promise<void>) {
  return withFolder(async (folder) => {
    const file = join(folder, "file");
    writeFileSync(file, bytes);
    const data = join(folder, "data");
    await use(getTiny(dataset, data, { from: file }), data);
    expect(readdirSync(folder).sort()).toEqual(["data", "file"]);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
}

describe("what is as expected is unpacked", () => {
  test.each<[string, Dataset["packing"], Buffer]>([
    ["a zip", "zip", zipOf([log, { name: "set/", content: "" }, { name: "set/other.txt", content: "not wanted" }])],
    ["a zip without its folder", "zip", zipOf([{ name: "log.tsv", content: LOG }])],
    [
      "a tar.gz",
      "tar",
      tarOf([
        { path: "set/log.tsv", content: LOG.toString() },
        { path: "set/x", content: "no" },
      ]),
    ],
    [
      "a tar.gz with ./",
      "tar",
      tarOf([
        { path: "./", type: "Directory" },
        { path: "./log.tsv", content: LOG.toString() },
      ]),
    ],
    ["a gzip", "gzip", gzipSync(LOG)],
    ["the log itself", "file", LOG],
    ["the log itself instead of a zip", "zip", LOG],
    ["the log itself instead of a gzip", "gzip", LOG],
  ])("%s", (_, packing, bytes) =>
    handOver(packed(packing), bytes, async (got, data) => {
      await got;
      expect(leftovers(data)).toEqual(WHOLE);
      expect(readFileSync(join(data, "tiny", "log.tsv")).equals(LOG)).toBe(true);
    }),
  );

  test("an optional member may be missing", () => {
    const members = [
      { from: "log.tsv", to: "log.tsv", required: true },
      { from: "names.tsv", to: "names.tsv", required: false },
    ];
    const dataset = datasetOf(["https://example.org/file"], { ...free, packing: "zip", members, titles: "names.tsv" });
    return handOver(dataset, zipOf([log]), async (got, data) => {
      expect(await got).toMatchObject({ members: { "log.tsv": LOG.length } });
      expect(leftovers(data)).toEqual(WHOLE);
    });
  });
});

const traps: [string, Dataset["packing"], string, Buffer][] = [
  ["zip: a name that leads out", "zip", "ARCHIVE_UNSAFE", zipOf([log, { name: "../out.tsv", content: ROW }])],
  [
    "zip: one that does so with \\",
    "zip",
    "ARCHIVE_UNSAFE",
    zipOf([log, { name: "a\\..\\..\\out.tsv", content: ROW }]),
  ],
  ["zip: an absolute name", "zip", "ARCHIVE_UNSAFE", zipOf([log, { name: "/tmp/log.tsv", content: ROW }])],
  ["zip: a drive", "zip", "ARCHIVE_UNSAFE", zipOf([log, { name: "C:\\log.tsv", content: ROW }])],
  ["zip: the log under ..", "zip", "ARCHIVE_UNSAFE", zipOf([{ name: "../log.tsv", content: LOG }])],
  ["zip: a link", "zip", "ARCHIVE_UNSAFE", zipOf([{ name: "log.tsv", content: "/etc/passwd", mode: 0o120777 }])],
  ["zip: the log twice", "zip", "ARCHIVE_UNSAFE", zipOf([log, { name: "set/log.tsv", content: ROW }])],
  ["zip: two logs", "zip", "ARCHIVE_UNSAFE", zipOf([log, { name: "more/log.tsv", content: ROW }])],
  ["zip: a bomb", "zip", "ARCHIVE_UNSAFE", zipOf([{ name: "log.tsv", content: HUGE }])],
  ["zip: a bomb that claims less", "zip", "FILE_DAMAGED", zipOf([{ name: "log.tsv", content: HUGE, claimedSize: 10 }])],
  ["zip: a wrong sum", "zip", "FILE_DAMAGED", zipOf([{ ...log, sum: 1 }])],
  ["zip: a password", "zip", "FILE_DAMAGED", zipOf([{ ...log, encrypted: true }])],
  ["zip: cut off", "zip", "FILE_DAMAGED", zipOf([log]).subarray(0, -40)],
  ["zip: without the log", "zip", "ARCHIVE_INCOMPLETE", zipOf([{ name: "set/other.tsv", content: ROW }])],
  ["tar: a name that leads out", "tar", "ARCHIVE_UNSAFE", tarOf([{ path: "../../log.tsv", content: ROW }])],
  ["tar: an absolute name", "tar", "ARCHIVE_UNSAFE", tarOf([{ path: "/tmp/log.tsv", content: ROW }])],
  [
    "tar: a symbolic link",
    "tar",
    "ARCHIVE_UNSAFE",
    tarOf([{ path: "log.tsv", type: "SymbolicLink", linkpath: "/etc" }]),
  ],
  ["tar: a hard link", "tar", "ARCHIVE_UNSAFE", tarOf([{ path: "log.tsv", type: "Link", linkpath: "/etc/passwd" }])],
  [
    "tar: the log twice",
    "tar",
    "ARCHIVE_UNSAFE",
    tarOf(["a/log.tsv", "b/log.tsv"].map((path) => ({ path, content: ROW }))),
  ],
  ["tar: a size beyond the bound", "tar", "ARCHIVE_UNSAFE", tarOf([{ path: "log.tsv", content: ROW, size: 2 ** 32 }])],
  ["tar: a bomb beside the log", "tar", "ARCHIVE_UNSAFE", tarOf([{ path: "x", size: 2 ** 32 }, { path: "log.tsv" }])],
  ["tar: a device", "tar", "ARCHIVE_INCOMPLETE", tarOf([{ path: "log.tsv", type: "CharacterDevice" }])],
  ["tar: without the log", "tar", "ARCHIVE_INCOMPLETE", tarOf([{ path: "set/other.tsv", content: ROW }])],
  ["tar: cut off", "tar", "FILE_DAMAGED", tarOf([{ path: "log.tsv", content: LOG.toString() }]).subarray(0, 5000)],
  ["tar: no tar in the gzip", "tar", "FILE_DAMAGED", gzipSync(Buffer.from(ROW))],
  ["gzip: a bomb", "gzip", "ARCHIVE_UNSAFE", gzipSync(HUGE)],
  ["gzip: cut off", "gzip", "FILE_DAMAGED", gzipSync(LOG).subarray(0, -9)],
];

describe("traps leave nothing", () => {
  test.each(traps)("%s", (_, packing, code, bytes) =>
    handOver(packed(packing), bytes, async (got, data) => {
      await expect(got).rejects.toMatchObject({ code });
      expect(leftovers(data)).toEqual([]);
    }),
  );

  test("nor a download that is one, so that the next call starts anew", () =>
    withFolder((data) =>
      withServer([sends(traps[0][3], { etag: '"one"' })], async ({ url, asked }) => {
        const dataset = datasetOf([url], { ...free, packing: "zip" });
        for (let call = 1; call <= 2; call++) {
          await expect(getTiny(dataset, data)).rejects.toMatchObject({ code: "ARCHIVE_UNSAFE" });
          expect(leftovers(data)).toEqual([]);
          expect(asked).toHaveLength(call);
        }
      }),
    ));

  test("a failure keeps the data set that was there", () =>
    withFolder(async (folder) => {
      const [fine, bad] = ["fine", "bad"].map((name) => join(folder, name));
      writeFileSync(fine, zipOf([log]));
      writeFileSync(bad, traps[0][3]);
      const data = join(folder, "data");
      await getTiny(packed("zip"), data, { from: fine });
      const failed = getTiny(packed("zip"), data, { from: bad, acceptChange: true });
      await expect(failed).rejects.toMatchObject({ code: "ARCHIVE_UNSAFE" });
      expect(leftovers(data)).toEqual(WHOLE);
      expect(readFileSync(join(data, "tiny", "log.tsv")).equals(LOG)).toBe(true);
    }));

  test("an abort and a full disk while unpacking", () =>
    withFolder(async (folder) => {
      const file = join(folder, "file");
      writeFileSync(file, gzipSync(LOG));
      const data = join(folder, "data");
      const controller = new AbortController();
      const onProgress = ({ stage }: { stage: string }) => stage === "unpack" && controller.abort();
      const aborted = getTiny(packed("gzip"), data, { from: file, signal: controller.signal, onProgress });
      await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
      expect(leftovers(data)).toEqual([]);
      const full = getTiny(packed("gzip"), data, { from: file, free: async () => 0 });
      await expect(full).rejects.toMatchObject({ code: "DISK_FULL" });
      expect(leftovers(data)).toEqual([]);
    }));
});

describe("before anything is fetched", () => {
  const file = () => datasetOf(["https://example.org/file"]);

  test("terms are accepted once, and again when they change", () =>
    withFolder(async (folder) => {
      const from = join(folder, "log.tsv");
      writeFileSync(from, LOG);
      const data = join(folder, "data");
      const without = { from, acceptTerms: false };
      await expect(getTiny(file(), data, without)).rejects.toMatchObject({ code: "TERMS_NOT_ACCEPTED" });
      expect(existsSync(data)).toBe(false);
      await getTiny(file(), data, { from });
      await getTiny(file(), data, without);
      const changed = datasetOf(["https://example.org/file"], { terms: "From now on only on Sundays." });
      await expect(getTiny(changed, data, without)).rejects.toMatchObject({ code: "TERMS_NOT_ACCEPTED" });
    }));

  test("one that is by hand says how; what is there is not fetched again", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const byHand = datasetOf([], { ...free, byHand: "Ask for it at the counter, on paper." });
      const failed = getTiny(byHand, data, { acceptTerms: false });
      await expect(failed).rejects.toMatchObject({
        code: "DATASET_BY_HAND",
        message: expect.stringContaining("counter"),
      });
      const from = join(folder, "log.tsv");
      writeFileSync(from, LOG);
      const first = await getTiny(byHand, data, { from });
      expect(await getTiny(byHand, data)).toEqual(first);
    }));

  test("a given file is checked like a download", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const from = join(folder, "log.tsv");
      await expect(getTiny(file(), data, { from })).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
      await expect(getTiny(file(), data, { from: folder })).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
      writeFileSync(from, ROW);
      await expect(getTiny(file(), data, { from })).rejects.toMatchObject({ code: "DATASET_CHANGED" });
      expect(leftovers(data)).toEqual([]);
      const md5 = { algorithm: "md5", value: digest("md5", LOG), source: "the test" } as const;
      writeFileSync(from, LOG);
      await getTiny(datasetOf(["https://example.org/file"], { checksum: md5 }), data, { from });
      expect(leftovers(data)).toEqual(WHOLE);
    }));

  test("without a published checksum the first file is compared with later ones", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const from = join(folder, "log.tsv");
      writeFileSync(from, LOG);
      await getTiny(packed("file"), data, { from });
      writeFileSync(from, ROW);
      await expect(getTiny(packed("file"), data, { from })).rejects.toMatchObject({ code: "DATASET_CHANGED" });
      expect(readReceipt("tiny", data)?.bytes).toBe(LOG.length);
      await getTiny(packed("file"), data, { from, acceptChange: true });
      expect(readReceipt("tiny", data)?.bytes).toBe(ROW.length);
      await getTiny(packed("file"), data, { from });
    }));

  test("another process that gets it is waited for; one that died is not", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const from = join(folder, "log.tsv");
      writeFileSync(from, LOG);
      const { lock, work } = placesOf("tiny", data);
      mkdirSync(work, { recursive: true });
      writeFileSync(lock, String(process.ppid));
      await expect(getTiny(packed("file"), data, { from })).rejects.toMatchObject({ code: "DATASET_BUSY" });
      writeFileSync(join(work, "half"), "of a process that was killed");
      writeFileSync(lock, "999999999");
      await getTiny(packed("file"), data, { from });
      expect(leftovers(data)).toEqual(WHOLE);
    }));

  test("a record that cannot be read is told", () =>
    withFolder(async (data) => {
      const { record } = placesOf("tiny", data);
      mkdirSync(join(data, ".state"));
      writeFileSync(record, '{"accepted": 5}');
      await expect(getTiny(packed("file"), data)).rejects.toMatchObject({ code: "DATASET_DAMAGED" });
    }));

  test("a link in the place of the data set is replaced, and what it shows is left alone", () =>
    withFolder(async (folder) => {
      const [data, from, elsewhere] = ["data", "log.tsv", "elsewhere"].map((name) => join(folder, name));
      writeFileSync(from, LOG);
      mkdirSync(elsewhere);
      writeFileSync(join(elsewhere, "mine"), "");
      mkdirSync(data);
      symlinkSync(elsewhere, join(data, "tiny"));
      await getTiny(packed("file"), data, { from });
      expect(leftovers(data)).toEqual(WHOLE);
      expect(readdirSync(elsewhere)).toEqual(["mine"]);
    }));
});

test("a data set is found by its name once it is there, and not when a file of it has gone", () =>
  withFolder(async (data) => {
    expect(() => locateDataset("kkbox", data)).toThrow(expect.objectContaining({ code: "DATASET_MISSING" }));
    expect(() => locateDataset("kbox", data)).toThrow(expect.objectContaining({ code: "DATASET_UNKNOWN" }));
    const { folder } = placesOf("kkbox", data);
    const receipt = { format: 1, name: "kkbox", source: "", bytes: 1, sha256: "", at: "", members: { "train.csv": 1 } };
    mkdirSync(folder);
    writeFileSync(join(folder, "train.csv"), "x");
    writeFileSync(join(folder, "receipt.json"), JSON.stringify(receipt));
    expect(locateDataset("kkbox", data)).toMatchObject({ path: join(folder, "train.csv"), titles: null });
    rmSync(join(folder, "train.csv"));
    expect(() => locateDataset("kkbox", data)).toThrow(expect.objectContaining({ code: "DATASET_DAMAGED" }));
    writeFileSync(join(folder, "receipt.json"), "{");
    expect(() => locateDataset("kkbox", data)).toThrow(expect.objectContaining({ code: "DATASET_DAMAGED" }));
  }));
