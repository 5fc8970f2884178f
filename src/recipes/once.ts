import { join } from "node:path";
import type { RunConfig } from "./config.js";
import { type RunEvent, type RunOptions, startRun, withAbsolutePaths } from "./run.js";
import { listRuns } from "./run-folder.js";

/**
 * As `startRun`, but a finished run of the same configuration is not trained again: then the only event says where it is.
 *
 * @throws {RefrainError} as `startRun`
 */
export async function* runOnce(config: RunConfig, options: RunOptions): AsyncGenerator<RunEvent, void> {
  const key = keyOf(withAbsolutePaths(config));
  const found = listRuns(options.runs).find((run) => run.status === "finished" && keyOf(run.config) === key);
  if (found) yield { type: "saved", folder: join(options.runs, found.id) };
  else yield* startRun(config, options);
}

/** All choices as one text. The latest believable time is left out: by default it is tomorrow's. */
function keyOf({ cleaning: { latest: _, ...cleaning }, ...config }: RunConfig): string {
  return JSON.stringify({ ...config, cleaning });
}
