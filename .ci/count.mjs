// Adds up vitest's JSON reports in a folder and the steps named in its file failed-steps; exits with 1 on any failure.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Counts {passed, failed, skipped} over vitest reports and failed steps.
 * A test file that does not load has no tests in it and counts as one failure. A step whose report shows failures is
 * counted by these; any other failed step (setup, types, a crash after the last test) counts as one.
 */
export function count(reports, failedSteps) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const blamed = new Set();
  for (const [name, report] of Object.entries(reports)) {
    const unloaded = report.testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.length === 0,
    );
    const failed = report.numFailedTests + unloaded.length;
    total.passed += report.numPassedTests;
    total.failed += failed;
    total.skipped += report.numPendingTests + report.numTodoTests;
    if (failed > 0) blamed.add(name);
  }
  total.failed += failedSteps.filter((name) => !blamed.has(name)).length;
  return total;
}

/** The line that ends a run. */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}

function main(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const reports = Object.fromEntries(names.map((name) => [name.replace(/\.json$/, ""), read(name)]));
  const list = join(folder, "failed-steps");
  const failedSteps = existsSync(list) ? readFileSync(list, "utf8").split("\n").filter(Boolean) : [];
  if (failedSteps.length) console.log(`failed steps: ${failedSteps.join(", ")}`);
  const total = count(reports, failedSteps);
  console.log(summary(total));
  process.exitCode = total.failed > 0 ? 1 : 0;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main(process.argv[2]);
