// What a finished run is shown by: its results, and one listener's recommendations.
import type { ComparisonTable } from "../evaluate/index.js";
import type { SavedModel } from "../model/index.js";
import { readRecord } from "../recipes/index.js";
import { display, listFor, type Song } from "./songs.js";

const SHOWN_PLAYS = 10;

/** One listener of a run with her recommendations, and how the model stands to the best that is possible. */
export interface Outcome {
  readonly saved: SavedModel;
  readonly results: ComparisonTable;
  readonly listener: string;
  /** Last plays, oldest first. */
  readonly last: readonly string[];
  readonly songs: readonly Song[];
  /** Share of the distance from Markov to the oracle that the model closes in HR@10; undefined without an oracle. */
  readonly closed: number | undefined;
}

/** The outcome of the finished run in a folder, whose model is loaded. */
export async function outcomeOf(saved: SavedModel, folder: string): Promise<Outcome> {
  const { results, config } = readRecord(folder);
  const user = sampleListener(saved);
  const history = Int32Array.from(saved.histories[user]);
  const times = saved.times && Float64Array.from(saved.times[user]);
  return {
    saved,
    results: results as ComparisonTable,
    listener: saved.users.ids[user],
    last: Array.from(history.subarray(-SHOWN_PLAYS), (item) => display(saved, item)),
    songs: await listFor(saved, { user, history, ...(times ? { times } : {}) }, 10, config.protocol.seen),
    closed: closedShare(results as ComparisonTable, saved.name),
  };
}

/** The listener with the median number of plays: neither a newcomer nor a fanatic. */
function sampleListener({ histories }: SavedModel): number {
  const users = histories.map((plays, user) => ({ user, plays: plays.length })).slice(1);
  users.sort((a, b) => a.plays - b.plays || a.user - b.user);
  return users[Math.floor(users.length / 2)].user;
}

function closedShare(table: ComparisonTable, name: string): number | undefined {
  const value = (scorer: string) =>
    table.rows.find((row) => row.scorer === scorer)?.metrics.find((metric) => metric.name === "HR@10")?.value;
  const [model, markov, oracle] = [name, "Markov", "oracle"].map(value);
  if (model === undefined || markov === undefined || oracle === undefined) return undefined;
  return (model - markov) / (oracle - markov);
}
