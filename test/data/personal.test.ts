import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanLog, readLog } from "../../src/data/index.js";
import { withFolder } from "../support/cli.js";

test("a person's own export keeps a day of many plays: nobody in it is a bot", () =>
  withFolder(async (folder) => {
    const path = join(folder, "StreamingHistory0.json");
    const plays = Array.from({ length: 700 }, (_, n) => ({
      endTime: `2024-05-04 ${String(Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}`,
      artistName: "ヨルシカ",
      trackName: `song ${n % 40}`,
      msPlayed: 60_000,
    }));
    writeFileSync(path, JSON.stringify(plays));
    const raw = await readLog(path);
    expect(raw.detected.singleUser).toBe(true);
    const { log, report } = cleanLog(raw);
    expect(report.steps.find(({ rule }) => rule === "bot")?.removed).toBe(0);
    expect(log.users.length).toBe(700);
  }));
