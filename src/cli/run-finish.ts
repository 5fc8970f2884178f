import { basename, join } from "node:path";
import { loadModel } from "../model/index.js";
import { type Outcome, outcomeOf, type RunEvent, readRecord, runReport, writeReport } from "../recipes/index.js";
import { language, text } from "./messages.js";
import { bold, type Output, printJson, say } from "./output.js";
import { showRun } from "./run-view.js";
import { songTable } from "./songs.js";

export const INTERRUPTED = 130;

/** Shows a run while it goes, then one listener's recommendations, and writes report.html into its folder. */
export async function finishRun(events: AsyncIterable<RunEvent>, output: Output): Promise<void> {
  const { folder, interrupted, prepared } = await showRun(events, output);
  if (interrupted || !prepared) {
    say(output, text("resumeHint", { id: basename(folder) }));
    process.exitCode = INTERRUPTED;
    if (output.json) printJson({ folder, interrupted: true });
    return;
  }
  const saved = loadModel(folder);
  try {
    const outcome = await outcomeOf(saved, folder);
    const report = join(folder, "report.html");
    writeReport(
      report,
      text("reportTitle", { name: basename(folder) }),
      language(),
      runReport({ folder, record: readRecord(folder), prepared, outcome, name: saved.name }, language()),
    );
    if (output.json) {
      const { closed = null, listener, last, songs } = outcome;
      return printJson({
        folder,
        interrupted: false,
        report,
        closedShareOfOracleDistance: closed,
        listener,
        last,
        songs,
      });
    }
    showOutcome(outcome, saved.name, output);
    say(output, `\n${bold(text("report", { path: report }))}\n${text("next")}`);
  } finally {
    saved.model.dispose();
  }
}

function showOutcome(outcome: Outcome, name: string, output: Output): void {
  const { results, closed, listener, last, songs } = outcome;
  const best = results.rows.find(({ scorer }) => scorer !== "oracle")?.scorer;
  if (best && best !== name) say(output, text("beaten", { best, name }));
  if (closed !== undefined) {
    say(output, text("oracleNote"));
    say(output, text("closed", { name, share: (100 * closed).toFixed(0) }));
  }
  say(output, `\n${bold(text("listener", { user: listener }))}\n${last.map((title) => `  ${title}`).join("\n")}`);
  say(output, `\n${bold(text("list"))}\n${songTable(songs)}`);
}
