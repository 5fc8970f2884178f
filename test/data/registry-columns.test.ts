// A few rows of each data set without a layout of its own, as its publisher writes them, read by the descriptor.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanLog, readLog } from "../../src/data/index.js";
import { findDataset } from "../../src/data/registry/index.js";
import { withFolder } from "../support/cli.js";

const users = Array.from({ length: 30 }, (_, n) => n);
const rows = (row: (user: number, item: number, second: number) => string) =>
  users.flatMap((n) => [0, 1, 2].map((k) => row(n % 5, (n + k) % 7, n * 1000 + k * 60))).join("\n");
const second = (s: number) => new Date(1_398_902_400_000 + s * 1000).toISOString().slice(0, 19).replace("T", " ");
const day = (s: number) => new Date(1_451_606_400_000 + s * 86_400).toISOString().slice(0, 10);

const LOGS: readonly [string, string, boolean][] = [
  ["30music", `UserId\tSessionId\tItemId\tTime\n${rows((u, i, s) => `${u}\t${u}\t${i}\t${1_400_000_000 + s}`)}`, true],
  [
    "amazon",
    rows((u, i, s) =>
      JSON.stringify({
        reviewerID: `A${u}`,
        asin: `B${i}`,
        reviewText: 'Nice, "good"',
        overall: 5,
        unixReviewTime: 1_390_000_000 + s,
      }),
    ),
    true,
  ],
  [
    "diginetica",
    `sessionId;userId;itemId;timeframe;eventdate\n${rows((u, i, s) => `${u};NA;${i};${s};${day(s)}`)}`,
    true,
  ],
  ["mpd", `pid\tpos\ttrack_uri\n${rows((u, i, s) => `${u}\t${s}\tspotify:track:${i}`)}`, false],
  [
    "nowplaying",
    `user_id,track_id,hashtag,created_at\n${rows((u, i, s) => `${u},t${i},nowplaying,${second(s)}`)}`,
    true,
  ],
  [
    "retailrocket",
    `timestamp,visitorid,event,itemid,transactionid\n${rows((u, i, s) => `${1_433_000_000_000 + s * 1000},${u},view,${i},`)}`,
    true,
  ],
  ["yambda", `uid,timestamp,item_id,is_organic\n${rows((u, i, s) => `${u},${s},${i},1`)}`, false],
];

test.each(LOGS)("%s", (name, content, hasTimes) =>
  withFolder(async (folder) => {
    const { log: file, columns, recommended } = findDataset(name);
    const path = join(folder, file.replace(/parquet$/, "csv"));
    writeFileSync(path, `${content}\n`);
    const { log, report } = cleanLog(await readLog(path, { columns }), {
      ...recommended.cleaning,
      minimumUserPlays: 1,
      minimumItemPlays: 1,
    });
    expect(report.read).toBe(90);
    expect({ users: log.userIds.length, items: log.itemIds.length, hasTimes: log.hasTimes }).toEqual({
      users: 5,
      items: 7,
      hasTimes,
    });
  }),
);
