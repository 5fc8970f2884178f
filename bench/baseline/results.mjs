// Writes bench/BASELINES.md from what was measured.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { datasets } from "./data.mjs";
import { REMARKS } from "./remarks.mjs";

const number = (value, digits = 3) => value.toFixed(digits).replace(/^0\./, ".");
const interval = ({ value, low, high }) => `${number(value)} [${number(low)}, ${number(high)}]`;
const seconds = (value) => (value < 0.05 ? "< .1" : number(value, value < 10 ? 1 : 0));

/** @param root the project @param out where `makeTable` and `comparePeers` left their measurements */
export function writeBaselines(root, out) {
  const read = (name) => {
    const path = join(out, `${name}.json`);
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
  };
  const names = Object.keys(datasets("."));
  const missing = names.filter((name) => !read(name)?.rows.length);
  if (missing.length > 0) {
    console.log(`bench/BASELINES.md stays as it is: ${missing.join(", ")} not measured here. Add --table for each.`);
    return;
  }
  const tables = names.map(read);
  const measurement = createHash("sha256")
    .update(JSON.stringify(tables.map(({ rows }) => rows)))
    .digest("hex")
    .slice(0, 12);
  const peers = read("peers");
  const text = [
    "# Techniques that a recurrent model is tested against",
    "",
    "Written by `nice npm run bench -- baselines --data FOLDER --table jkpop --table ml-100k --table ml-1m`, where FOLDER holds",
    "`ml-100k/ml-100k.inter` and `ml-1m/ml-1m.txt.gz`. The table of the embedded data set needs no folder.",
    "",
    "Each technique was fitted on the train part once for each point of a small grid (`bench/baseline/grids.mjs`). The point with the",
    "best NDCG@10 on the validation part was taken, and the test part was read for that point only. Nothing was fitted again on",
    "train and validation together; the history of a test case holds the validation play. 95 % intervals resample users.",
    "The weights of `blend` are one of 66 on a simplex, chosen on 500 validation cases. Times are of one process. Fit: the chosen",
    `point. Scoring: all test cases with their ranks. Measurement ${measurement}.`,
    "",
    ...(measurement === REMARKS.measurement ? REMARKS.lines : []),
    ...tables.flatMap(tableText),
    ...(peers ? peerText(peers) : []),
    "",
  ].join("\n");
  writeFileSync(join(root, "bench", "BASELINES.md"), text);
  console.log("Wrote bench/BASELINES.md");
}

function tableText({ title, users, items, events, protocol, rows }) {
  const n = (value) => value.toLocaleString("en-US");
  const metricNames = rows[0].metrics.map(({ name }) => name);
  const ndcg = (row) => row.metrics.find(({ name }) => name === "NDCG@10").value;
  const sorted = rows.toSorted((a, b) => ndcg(b) - ndcg(a));
  return [
    "",
    `## ${title}`,
    "",
    `${n(users)} users, ${n(items)} items in the train part, ${n(events)} plays. ${protocol.split}, test part; full ranking; seen items ` +
      `${protocol.seen === "keep" ? "stay candidates" : "removed"}; ${protocol.ties} rank of ties; ${n(protocol.cases)} cases.`,
    "",
    `| technique | ${metricNames.map((name) => `${name} [95 %]`).join(" | ")} | validation NDCG@10 | points | chosen | fit s | scoring s |`,
    `|---|${metricNames.map(() => "---|").join("")}---|---|---|---|---|`,
    ...sorted.map(
      (row) =>
        `| ${row.technique} | ${row.metrics.map(interval).join(" | ")} | ${number(row.validation)} | ${row.points} | ` +
        `${chosenText(row)} | ${seconds(row.fitSeconds)} | ${seconds(row.scoreSeconds)} |`,
    ),
  ];
}

/** Options that differ from the defaults, in short. */
function chosenText({ options, weights }) {
  if (options.of) return options.of.map(({ name }, part) => `${name} ${number(weights[part], 1)}`).join(", ");
  const value = (each) =>
    typeof each === "string" && /[\\/]/.test(each)
      ? basename(each)
      : typeof each === "object"
        ? each.name
        : String(each);
  return (
    Object.entries(options)
      .map(([name, each]) => `${name} ${value(each)}`)
      .join(", ") || "defaults"
  );
}

function peerText({ packages, rows }) {
  return [
    "",
    "## The same lists as other programs",
    "",
    `MovieLens-100k, leave-one-out, histories of the test part, seen items removed. Peers: ${packages.join(", ")} (\`bench/baseline/peer.py\`).`,
    "Time is fit and scoring of all users together, beside the same load.",
    "",
    "| technique | lists of ten that are the same | places that are the same | largest relative difference of a score | Refrain s | Python s |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${row.name} | ${row.same} of ${row.lists} | ${row.places} of ${10 * row.lists} | ${row.difference.toExponential(1)} | ` +
        `${seconds(row.seconds)} | ${seconds(row.peerSeconds)} |`,
    ),
  ];
}
