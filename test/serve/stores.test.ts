// What every store promises, and what the append log does when a write fails or a process dies in one.
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { cleanLog, readLog } from "../../src/data/index.js";
import { Journal, readJournal } from "../../src/serve/journal.js";
import { openStore } from "../../src/serve/open-store.js";
import { withFolder } from "../support/cli.js";

const T = 1_700_000_000;
const HOSTILE = ["u1", '"', "a\nb", "__proto__", "夜に駆ける", '","crc":"00000000"}', "\u2028", " "];

describe.each(["memory", "sqlite"] as const)("the store %s", (store) => {
  test("plays come back in order after it was opened again, for every name", async () => {
    await withFolder(async (folder) => {
      let open = await openStore({ store, folder });
      for (const user of HOSTILE) expect(await open.playsOf(user)).toEqual([]);
      const counts = await Promise.all(
        Array.from({ length: 24 }, (_, n) =>
          open.append(HOSTILE[n % 8], { item: HOSTILE[(n * 3) % 8], time: T + n / 4 }),
        ),
      );
      expect(counts).toEqual(Array.from({ length: 24 }, (_, n) => 1 + Math.floor(n / 8)));
      const plays = await Promise.all(HOSTILE.map((user) => open.playsOf(user)));
      expect(plays[1]).toEqual([1, 9, 17].map((n) => ({ item: HOSTILE[(n * 3) % 8], time: T + n / 4 })));
      await open.close();
      open = await openStore({ store, folder });
      expect(await Promise.all(HOSTILE.map((user) => open.playsOf(user)))).toEqual(plays);
      await open.close();
    });
  });

  test("what was forgotten is in no file, and stays forgotten", async () => {
    await withFolder(async (folder) => {
      const open = await openStore({ store, folder });
      for (const user of ["gone-0815", "stays", "gone-0815"]) await open.append(user, { item: "i", time: T });
      await open.keepState("gone-0815", { fingerprint: "f", plays: 2, bytes: Uint8Array.of(1) });
      const writing = open.append("stays", { item: "j", time: T });
      expect(await open.forget("gone-0815")).toBe(2);
      await writing;
      expect(await open.append("stays", { item: "k", time: T })).toBe(3);
      expect([await open.playsOf("gone-0815"), await open.keptState("gone-0815")]).toEqual([[], undefined]);
      await open.close();
      const { readdirSync } = await import("node:fs");
      for (const name of readdirSync(folder))
        expect(readFileSync(join(folder, name), "latin1")).not.toContain("gone-0815");
      const again = await openStore({ store, folder });
      expect([await again.isForgotten("gone-0815"), await again.isForgotten("stays")]).toEqual([true, false]);
      expect((await again.playsOf("stays")).length).toBe(3);
      await again.close();
    });
  });
});

test("a damaged end, which a crash leaves, is cut off; whole lines before it stay", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "plays.jsonl");
    const { journal } = await Journal.open(path);
    for (let n = 0; n < 5; n++) await journal.append({ user: "u", item: `i${n}`, time: T + n });
    await journal.close();
    const whole = readFileSync(path);
    const items = async () => {
      const { journal, plays } = await Journal.open(path);
      await journal.append({ user: "u", item: "after", time: T });
      await journal.close();
      expect(readJournal(path).plays.at(-1)?.item).toBe("after");
      return plays.map(({ item }) => item);
    };
    const last = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let cut = whole.length - 1; cut >= last; cut -= 5) {
      writeFileSync(path, whole);
      truncateSync(path, cut);
      expect(await items()).toEqual(["i0", "i1", "i2", "i3"]);
    }
    writeFileSync(path, whole);
    appendFileSync(path, '{"user":"u","item":"half","time":1,"crc":"00000000"}\n\0\0\0\0');
    expect(await items()).toEqual(["i0", "i1", "i2", "i3", "i4"]);
  });
});

test("damage that no crash makes is refused, with its line", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "plays.jsonl");
    const { journal } = await Journal.open(path);
    for (let n = 0; n < 3; n++) await journal.append({ user: "u", item: `i${n}`, time: T + n });
    await journal.close();
    writeFileSync(path, readFileSync(path, "utf8").replace('"i1"', '"i9"'));
    await expect(Journal.open(path)).rejects.toMatchObject({ code: "STATE_DAMAGED", details: { number: 2 } });
  });
});

test("a write that fails is refused, and neither it nor half of it is ever read", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "plays.jsonl");
    const { journal } = await Journal.open(path);
    await journal.append({ user: "u", item: "first", time: T });
    const handle = await open(path);
    const prototype = Object.getPrototypeOf(handle) as { write: (...args: unknown[]) => unknown };
    await handle.close();
    const { write } = prototype;
    let calls = 0;
    const full = vi.spyOn(prototype, "write").mockImplementation(function (this: unknown, ...args: unknown[]) {
      // Half of it is written, as on a disk that runs full, and then nothing more.
      if (++calls % 2 === 1) return write.call(this, args[0], args[1], Math.ceil(Number(args[2]) / 2), args[3]);
      return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
    });
    const refused = ["lost", "also lost"].map((item) => journal.append({ user: "u", item, time: T }));
    for (const each of refused) await expect(each).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    full.mockRestore();
    await journal.append({ user: "u", item: "x", time: T });
    await journal.close();
    const { journal: again, plays } = await Journal.open(path);
    await again.close();
    expect(plays.map(({ item }) => item)).toEqual(["first", "x"]);
  });
});

test("the append log is a log that training can read", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "plays.jsonl");
    const { journal } = await Journal.open(path);
    for (let n = 0; n < 12; n++) await journal.append({ user: `u${n % 2}`, item: `i${n % 3}`, time: T + 60 * n });
    await journal.close();
    const { log } = cleanLog(await readLog(path), { minimumUserPlays: 1, minimumItemPlays: 1 });
    expect([log.userIds.length, log.itemIds.length, log.users.length, log.hasTimes]).toEqual([2, 3, 12, true]);
  });
});
