// The table of a run of the data benchmark.
import { writeFileSync } from "node:fs";
import { cpus, platform, release, totalmem } from "node:os";
import { spread } from "../engine/statistics.mjs";

const TITLES = { refrain: "Refrain", polars: "Polars", pandas: "pandas" };

export function writeTable(path, results, { rounds, rows }) {
  const sizes = rows.map((size) => ` --rows ${size}`).join("");
  const versions = Object.entries(results[0].runs).map(([name, { version }]) => `${TITLES[name]} (${version})`);
  const parts = [
    "# From a CSV file to sequences, side by side",
    "",
    `Made by \`npm run bench -- data --rounds ${rounds}${sizes}\` on ${new Date().toISOString().slice(0, 10)}: ${rounds} round${rounds === "1" ? "" : "s"}, each peer in its turn, a process of its own each time.`,
    `Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${platform()} ${release()}, Node ${process.version}; ${versions.join(", ")}.`,
    "",
    "The work: read the file, parse ISO times, drop rows without an id or with an impossible time, duplicates, plays under 30 s,",
    "users with fewer than 3 and items with fewer than 2 plays until all have enough; sort by user and time; cut sessions at pauses",
    "of 30 minutes; number items by plays; sequences as integers. All peers must give the same counts. Refrain also puts texts in",
    "one form, counts quotes and bad rows, hashes the file, collects titles, and makes batches. The log is made up",
    "(`bench/data/generate.mjs`). What Refrain's time is made of, and the next lever: decisions 140, 141, 203 and 206.",
    "",
    "| plays | file | load of the machine | peer | seconds [all rounds] | CPU seconds | peak memory | times as long as Refrain |",
    "|---|---|---|---|---|---|---|---|",
  ];
  for (const { rows, bytes, load, runs } of results)
    for (const [name, { seconds, all, cpu, steps }] of Object.entries(runs)) {
      const ratio = (seconds / runs.refrain.seconds).toFixed(2);
      const first = [
        rows.toLocaleString("en"),
        `${(bytes / 1e6).toFixed(0)} MB`,
        load.map((x) => x.toFixed(1)).join(" – "),
      ];
      const cells = [
        ...first,
        TITLES[name],
        `${seconds.toFixed(1)} ${spread(all)}`,
        cpu.toFixed(1),
        gigabytes(steps.at(-1).peak),
        ratio,
      ];
      parts.push(`| ${cells.join(" | ")} |`);
    }
  parts.push("", "Steps of the median round: seconds, and peak memory until then.", "");
  for (const { rows, runs } of results) {
    parts.push(`## ${rows.toLocaleString("en")} plays`, "", "| peer | step | seconds | peak |", "|---|---|---|---|");
    for (const [name, { steps }] of Object.entries(runs))
      for (const step of steps)
        parts.push(`| ${TITLES[name]} | ${step.name} | ${step.seconds.toFixed(2)} | ${gigabytes(step.peak)} |`);
    const { counts } = runs.refrain;
    parts.push(
      "",
      `Counts of all: ${Object.entries(counts)
        .map(([what, n]) => `${what} ${n.toLocaleString("en")}`)
        .join(", ")}.`,
      "",
    );
  }
  writeFileSync(path, parts.join("\n"));
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
