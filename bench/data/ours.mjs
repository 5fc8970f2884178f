// The work of the data benchmark in Refrain. Prints one JSON line, as its peers do: seconds, peak memory, all counts.
import { readFileSync } from "node:fs";

let began = performance.now();
const { cleanLargeLog } = await import("../../dist/data/large/clean.js");
const { toHistories, trainHistories } = await import("../../dist/sequence/histories.js");
const { toBatches, toWindows } = await import("../../dist/sequence/batches.js");
const { toSessions } = await import("../../dist/sequence/sessions.js");
const { Random } = await import("../../dist/core/random.js");

const steps = [];
function step(name) {
  const now = performance.now();
  steps.push({ name, seconds: (now - began) / 1000, peak: process.resourceUsage().maxRSS * 1024 });
  began = now;
}

step("start");
const AT = { 0.55: "read, parse times", 0.75: "rules", 0.88: "names" };
const cleaning = { earliest: 631_152_000, latest: 1_800_000_000, maximumPlaysPerDay: 0 };
const { log, report, way } = await cleanLargeLog(process.argv[2], {
  cleaning,
  onShare: (share) => share in AT && step(AT[share]),
});
step("sort, load");
const sessions = toSessions(log, 30).userIds.length;
step("sessions");
const E = log.users.length;
const userStart = new Int32Array(log.userIds.length + 1);
for (const user of log.users) userStart[user + 1]++;
for (let user = 0; user < log.userIds.length; user++) userStart[user + 1] += userStart[user];
const end = userStart.slice(1);
const split = { log, description: "all train", userStart, validationStart: end, testStart: end };
const histories = toHistories(split);
const sequences = trainHistories(histories);
step("item ids, sequences");
const batches = toBatches(toWindows(sequences, 64), 8192, Random.stream(1, "bench"));
step("batches");

const kept = Object.fromEntries(report.steps.map(({ rule, kept: left }) => [rule, left]));
const counts = {
  readable: kept["unreadable row"],
  ...Object.fromEntries(
    ["missing field", "invalid time", "duplicate", "too short", "minimum support"].map((rule) => [rule, kept[rule]]),
  ),
  sessions,
  items: histories.items.size,
  events: sequences.reduce((sum, { items }) => sum + items.length, 0),
  users: histories.users.size,
  top: histories.itemCounts[1],
};
if (batches.reduce((sum, { targets }) => sum + targets.length, 0) !== E - counts.users)
  throw new Error("targets are lost");
const { version: duckdb } = JSON.parse(
  readFileSync(new URL("../../node_modules/@duckdb/node-api/package.json", import.meta.url), "utf8"),
);
const version = way === "arrays" ? "typed arrays" : `DuckDB ${duckdb}`;
const { userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(JSON.stringify({ version, cpu: (userCPUTime + systemCPUTime) / 1e6, steps, counts }));
process.exit(0);
