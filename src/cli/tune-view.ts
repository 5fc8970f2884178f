// A search while it goes.
import type { TuneEvent, TuneResult } from "../recipes/index.js";
import { bestOf, rungsOf, type StudyTrial, trialValue } from "../tune/index.js";
import { withFetchBar } from "./fetch-view.js";
import { text } from "./messages.js";
import { count, duration, faint, type Output, progressBar, say } from "./output.js";

const valueText = (trial: StudyTrial) => (trialValue(trial) as number).toFixed(4);

/** Prints what happens; without a result it was interrupted. */
export async function showTune(
  events: AsyncIterable<TuneEvent>,
  trials: number,
  output: Output,
): Promise<{ readonly folder: string; readonly result?: TuneResult; readonly file: string }> {
  let folder = "";
  let file = "";
  let result: TuneResult | undefined;
  let bar: ReturnType<typeof progressBar> | undefined;
  const running = new Set<number>();
  const seen = new Set<number>();
  let best = "–";
  const line = (words: string) => {
    bar?.stop();
    bar = undefined;
    say(output, words);
  };
  for await (const event of withFetchBar(events, output)) {
    switch (event.type) {
      case "prepared": {
        const { path, histories } = event.prepared;
        const sizes = { users: count(histories.users.size), items: count(histories.items.size) };
        line(text("measure.preparing", { path, ...sizes, split: histories.split.description }));
        const { space, sampler, halving, metric } = event.definition;
        const rungs = rungsOf(halving).join(", ");
        line(text("tune.begin", { options: Object.keys(space).length, sampler, rungs, metric }));
        const { known } = event;
        for (const { number, status, results } of known)
          if (status === "failed" || results.length > 0) seen.add(number);
        const top = bestOf(known);
        if (top) best = valueText(top);
        if (known.length > 0) line(text("tune.goesOn", { known: known.length }));
        break;
      }
      case "trial-started": {
        const { trial, from, to } = event.task;
        running.add(trial);
        line(faint(text("tune.started", { trial, from, to })));
        break;
      }
      case "trial-progress": {
        bar ??= progressBar(output, trials);
        const words = { done: seen.size, trials, running: running.size, best, left: duration(event.secondsLeft) };
        bar.update(Math.min(seen.size, trials), text("tune.running", words));
        break;
      }
      case "trial-result": {
        const { trial, best: top, secondsLeft } = event;
        running.delete(trial.number);
        seen.add(trial.number);
        best = valueText(top);
        const words = {
          trial: trial.number,
          units: trial.units,
          value: valueText(trial),
          time: duration(trial.results.at(-1)?.seconds ?? Number.NaN),
          best,
          bestTrial: top.number,
        };
        line(text("tune.result", words) + faint(` ${text("timeLeft", { left: duration(secondsLeft) })}`));
        break;
      }
      case "trial-failed":
      case "trial-lost": {
        const { trial } = event.task;
        running.delete(trial);
        if (event.type === "trial-failed") seen.add(trial);
        line(text(event.type === "trial-failed" ? "tune.failed" : "tune.lost", { trial, reason: event.reason }));
        break;
      }
      case "interrupted":
        ({ folder } = event);
        break;
      case "results":
        ({ result } = event);
        break;
      case "saved":
        ({ folder, config: file } = event);
        line(text("saved", { folder }));
    }
  }
  bar?.stop();
  return { folder, result, file };
}
