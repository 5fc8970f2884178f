import type { CleaningReport } from "../data/index.js";
import { previewOf, profileLog, sortedItems } from "../data/index.js";
import { ruleText } from "../data/rule-texts.js";
import { protocolSentence } from "../evaluate/index.js";
import { type Prepared, type RunEvent, resultRows } from "../recipes/index.js";
import { partSizes } from "../sequence/split.js";
import { previewText } from "./detected-view.js";
import { withFetchBar } from "./fetch-view.js";
import { language, text } from "./messages.js";
import { bold, count, duration, faint, formatTable, type Output, progressBar, SHOWN_METRICS, say } from "./output.js";

/** After so many steps the pace is known; the first ones claim memory. */
const SURE_STEPS = 30;
/** Seconds of training that a person is told about before they pass. */
const LONG = 60;

/** Prints the events of a run as they come and gives them on; returns how the run ended. */
export async function showRun(
  events: AsyncIterable<RunEvent>,
  output: Output,
): Promise<{ readonly folder: string; readonly interrupted: boolean; readonly prepared: Prepared | undefined }> {
  let folder = "";
  let prepared: Prepared | undefined;
  let interrupted = false;
  let bar: ReturnType<typeof progressBar> | undefined;
  let epochs = 0;
  let steps = 0;
  const line = (words: string) => {
    bar?.stop();
    bar = undefined;
    say(output, words);
  };
  for await (const event of withFetchBar(events, output)) {
    switch (event.type) {
      case "prepared":
        ({ folder, prepared } = event);
        showPrepared(event.prepared, output);
        say(output, `\n${bold(text("training"))}\n${event.engine.reason}`);
        break;
      case "start":
        epochs = event.epochs;
        line(
          text("model", {
            parameters: count(event.parameterCount),
            positions: count(event.positionsPerEpoch),
            padding: (100 * event.paddingShare).toFixed(1),
          }),
        );
        if (event.resumedFromStep > 0) line(text("resumed", { step: event.resumedFromStep }));
        break;
      case "check":
        line(`${event.passed ? "✓" : "✗"} ${text("check")}: ${event.name}: ${event.message}`);
        break;
      case "step":
        if (++steps === SURE_STEPS && event.secondsLeft > LONG)
          line(text("ahead", { time: duration(event.secondsLeft), epochs: count(epochs), steps: count(SURE_STEPS) }));
        bar ??= progressBar(output, event.totalSteps);
        bar.update(
          event.step,
          text("progress", {
            epoch: event.epoch,
            epochs,
            loss: event.loss.toFixed(3),
            rate: count(Math.round(event.positionsPerSecond)),
            left: duration(event.secondsLeft),
          }),
        );
        break;
      case "validation": {
        const metrics = SHOWN_METRICS.filter((name) => event.metrics[name] !== undefined)
          .map((name) => `${name} ${event.metrics[name].toFixed(4)}`)
          .join(", ");
        const best = event.best ? text("best") : "";
        line(
          text("epoch", { epoch: event.epoch, loss: event.trainingLoss.toFixed(3), metrics, best }) +
            faint(` ${duration(event.seconds)}`),
        );
        break;
      }
      case "warning":
        line(`! ${event.message}`);
        break;
      case "interrupted":
        interrupted = true;
        ({ folder } = event);
        break;
      case "end":
        line(
          text("ended", {
            reason: text(`stopped.${event.reason}`),
            time: duration(event.seconds),
            epoch: event.bestEpoch,
            value: event.bestValue.toFixed(4),
          }),
        );
        break;
      case "evaluating":
        line(faint(text("evaluating", { scorer: event.scorer, done: event.done + 1, all: event.all })));
        break;
      case "fitting":
        line(faint(text("fitting", { ...event, left: duration(event.secondsLeft) })));
        break;
      case "results": {
        const { header, rows } = resultRows(event.table, text);
        line(`\n${bold(text("results"))}\n${formatTable(header, rows)}`);
        say(output, faint(text("intervals", { protocol: protocolSentence(event.table.protocol) })));
        break;
      }
      case "saved":
        line(text("saved", { folder: event.folder }));
    }
  }
  bar?.stop();
  return { folder, interrupted, prepared };
}

/** The cleaning table, the log in numbers, and the split. */
export function showPrepared({ raw, report, log, histories, dataEngine, dataReason }: Prepared, output: Output): void {
  if (dataEngine === "duckdb") say(output, text("dataEngine", { reason: dataReason }));
  say(output, `${previewText(previewOf(raw))}\n`);
  showCleaning(report, output);
  const profile = profileLog(log);
  const numbers = { events: count(profile.events), items: count(profile.items), users: count(profile.users) };
  say(
    output,
    profile.firstDay
      ? text("log", { ...numbers, first: profile.firstDay, last: profile.lastDay ?? "" })
      : text("logOrder", numbers),
  );
  for (const { share } of sortedItems(log)) say(output, text("sortedItems", { share: Math.floor(100 * share) }));
  const { description } = histories.split;
  const { owners, userIds } = histories.split.log;
  if (owners?.ids.length === 1) say(output, text("onePerson", { sessions: count(userIds.length) }));
  const { train, validation, test } = partSizes(histories.split);
  say(
    output,
    text("split", { split: description, train: count(train), validation: count(validation), test: count(test) }),
  );
}

export function showCleaning(report: CleaningReport, output: Output): void {
  const rows = report.steps.map((step) => {
    const [rule, meaning] = ruleText(language(), step);
    return [rule, count(step.removed), count(step.repaired), count(step.kept), meaning];
  });
  say(output, bold(text("cleaning")));
  say(
    output,
    formatTable(
      ["rule", "removed", "repaired", "kept", "meaning"].map((key) => text(key)),
      rows,
      [1, 2, 3],
    ),
  );
  const { read, kept, removed, repaired } = report;
  say(
    output,
    text("read", { read: count(read), kept: count(kept), removed: count(removed), repaired: count(repaired) }),
  );
}
