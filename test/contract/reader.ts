// The contract of a reader, run against every format and layout that `readLog` knows.
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { RefrainError } from "../../src/core/errors.js";
import { Random } from "../../src/core/random.js";
import { cleanLog, pseudonymise, type RawLog, type ReadOptions, readLog } from "../../src/data/index.js";
import { KEEP_ALL, rowsOf, temporaryFolder } from "../data/helpers.js";
import { isLongRun } from "../support/cli.js";
import type { ReaderCase } from "../support/layouts.js";
import { zipOf } from "../support/zip.js";

const DAMAGED = isLongRun ? 40 : 10;

/** Registers the suite. */
export function readerContract(name: string, one: ReaderCase): void {
  describe(`${name} keeps the contract of a reader`, () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());
    const bytes = Buffer.from(one.content);
    const read = (file: string, content: string | Uint8Array, options?: ReadOptions) =>
      readLog(folder.write(file, content), options);
    const check = (raw: RawLog) => {
      for (const column of raw.columns.values()) expect(column.length).toBe(raw.lines.length);
      for (let row = 1; row < raw.lines.length; row++)
        expect(raw.lines[row]).toBeGreaterThanOrEqual(raw.lines[row - 1]);
      expect(raw.badRows.samples.length).toBe(Math.min(5, raw.badRows.count));
      for (const { line, reason, text } of raw.badRows.samples) {
        expect(line).toBeGreaterThan(0);
        expect(reason).not.toBe("");
        expect(text.length).toBeLessThanOrEqual(120);
      }
    };
    const expectRows = (raw: RawLog) => {
      check(raw);
      const { log, report } = cleanLog(raw, KEEP_ALL);
      expect(rowsOf(log).map((row) => row.slice(0, 3))).toEqual(one.rows);
      expect(report.removed - raw.badRows.count).toBe(one.unusable ?? 0);
      expect(report.read).toBe(raw.lines.length + raw.badRows.count);
    };

    test("finds out what it is, and reads every row", async () => {
      const raw = await read(one.file, bytes);
      expect(raw.detected).toMatchObject(one.detected);
      expect(raw.badRows.count).toBe(0);
      expectRows(raw);
    });

    test("the same when it is gzipped, under any name", async () => {
      if (one.detected.format === "parquet") return; // has a compression of its own and needs random access
      expectRows(await read("unnamed", gzipSync(bytes)));
    });

    test("the same in a zip file and in a folder, and says what it skipped", async () => {
      const beside = { "readme.pdf": "%PDF", "notes.txt": "hello\n", ...one.beside };
      const members = [...Object.entries(beside), [one.file, bytes] as const];
      const zip = folder.write("all.zip", zipOf(members.map(([file, content]) => ({ name: `x/${file}`, content }))));
      const inside = temporaryFolder();
      try {
        for (const [file, content] of members) inside.write(file, content);
        for (const [path, container] of [[zip, "zip"] as const, [inside.path, "folder"] as const]) {
          const raw = await readLog(path);
          expectRows(raw);
          expect(raw.detected).toMatchObject({ ...one.detected, container });
          expect(raw.detected.members?.map((member) => member.rows)).toEqual([raw.lines.length]);
          const names = raw.detected.skipped?.map((member) => member.name.replace("x/", ""));
          expect(names?.sort()).toEqual(Object.keys(beside).sort());
        }
      } finally {
        inside.remove();
      }
    });

    test("a broken row is counted and the others stay", async () => {
      if (one.broken === undefined) return;
      const raw = await read("broken", one.broken);
      expect(raw.badRows.count).toBe(1);
      expectRows(raw);
    });

    test("keeps to the limits", async () => {
      await expect(read("rows", bytes, { maxRows: 1 })).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
      await expect(read("bytes", bytes, { maxBytes: 8 })).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
    });

    test("cut off or damaged anywhere, it ends in a coded error or a report", async () => {
      const random = Random.stream(3, "damage", name);
      for (let n = 0; n < DAMAGED; n++) {
        const copy = Buffer.from(bytes.subarray(0, n % 2 === 0 ? bytes.length : 1 + random.integer(bytes.length)));
        if (n % 2 === 0)
          for (let flips = 0; flips < 4; flips++) copy[random.integer(copy.length)] = random.integer(256);
        try {
          check(await read("damaged", copy));
        } catch (error) {
          if (!(error instanceof RefrainError)) throw error;
          expect(error.message.length).toBeLessThan(2000);
        }
      }
    }, 20_000);

    test("pseudonyms take the names away and nothing else", async () => {
      const raw = await read(one.file, bytes);
      const without = pseudonymise(raw);
      check(without);
      const [before, after] = [raw, without].map((log) => rowsOf(cleanLog(log, KEEP_ALL).log));
      expect(after.map((row) => row.slice(1))).toEqual(before.map((row) => row.slice(1)));
      expect(new Set(after.map(([user]) => user)).size).toBe(new Set(before.map(([user]) => user)).size);
      expect(after.every(([user]) => /^p\d+$/.test(user))).toBe(true);
    });
  });
}
