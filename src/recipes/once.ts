import { join } from "node:path";
import type { RunConfig } from "./config.js";
import { type RunEvent, type RunOptions, startRun, withAbsolutePaths } from "./run.js";
import { listRuns, type RunRecord, readEpochs } from "./run-folder.js";

/**
 * As `startRun`, but a finished run of the same configuration is not trained again: its epochs, its end and its folder are
 * told once more, and its steps are not.
 *
 * @throws {RefrainError} as `startRun`
 */
export async function* runOnce(config: RunConfig, options: RunOptions): AsyncGenerator<RunEvent, void> {
  const key = keyOf(withAbsolutePaths(config));
  const found = listRuns(options.runs).find((run) => run.status === "finished" && keyOf(run.config) === key);
  if (found) yield* replay(join(options.runs, found.id), found);
  else yield* startRun(config, options);
}

function* replay(folder: string, { best, config, results }: RunRecord): Generator<RunEvent, void> {
  const epochs = readEpochs(folder);
  let highest = Number.NEGATIVE_INFINITY;
  for (const epoch of epochs) {
    const value = epoch.metrics[config.train.metric];
    yield { type: "validation", ...epoch, best: value > highest };
    highest = Math.max(highest, value);
  }
  yield {
    type: "end",
    reason: epochs.length < config.train.epochs ? "early-stopping" : "finished",
    steps: epochs.at(-1)?.step ?? 0,
    bestEpoch: best?.epoch ?? 0,
    bestValue: best?.value ?? 0,
    seconds: epochs.at(-1)?.seconds ?? 0,
  };
  if (results) yield { type: "results", table: results };
  yield { type: "saved", folder };
}

/** All choices as one text. The latest believable time is left out: by default it is tomorrow's. */
function keyOf({ cleaning: { latest: _, ...cleaning }, ...config }: RunConfig): string {
  return JSON.stringify({ ...config, cleaning });
}
