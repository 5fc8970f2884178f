// What a finished run is shown by: its results, and one listener's recommendations in names.
import type { Query } from "../core/types.js";
import type { ComparisonTable } from "../evaluate/index.js";
import type { SavedModel } from "../model/index.js";
import { explain, type Reason, recommend } from "../recommend/index.js";
import { readRecord } from "./run-folder.js";

const SHOWN_PLAYS = 10;
/** A reason is shown from this log ratio on: the play makes the song at least 5 % likelier. */
const SHOWN_INFLUENCE = 0.05;

/** One recommended song in words. */
export interface RecommendedSong {
  readonly rank: number;
  readonly title: string;
  readonly probability: number;
  /** Past plays that made it likelier, with the probability that it would have without each. */
  readonly reasons: readonly { readonly title: string; readonly without: number }[];
}

/** One listener of a run with her recommendations, and how the model stands to the best that is possible. */
export interface Outcome {
  readonly results: ComparisonTable;
  readonly listener: string;
  /** Last plays, oldest first. */
  readonly last: readonly string[];
  readonly songs: readonly RecommendedSong[];
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
    results: results as ComparisonTable,
    listener: saved.users.ids[user],
    last: Array.from(history.subarray(-SHOWN_PLAYS), (item) => displayTitle(saved, item)),
    songs: await songsFor(saved, { user, history, ...(times ? { times } : {}) }, 10, config.protocol.seen),
    closed: closedShare(results as ComparisonTable, saved.name),
  };
}

/** Recommendations with reasons, in names. */
export async function songsFor(
  saved: SavedModel,
  query: Query,
  k: number,
  seen: "keep" | "remove" = "keep",
): Promise<RecommendedSong[]> {
  const found = await recommend(saved.scorer, query, { k, seen });
  const reasons = await explain(saved.scorer, query, found);
  const words = (probability: number) => (reason: Reason) => ({
    title: displayTitle(saved, reason.item),
    without: probability * Math.exp(-reason.influence),
  });
  return found.map(({ rank, item, probability }, i) => ({
    rank,
    title: displayTitle(saved, item),
    probability,
    reasons: distinct(reasons[i].filter(({ influence }) => influence > SHOWN_INFLUENCE).map(words(probability))),
  }));
}

/** A song that was heard twice is one reason, with the stronger influence. */
function distinct(reasons: RecommendedSong["reasons"]): RecommendedSong["reasons"] {
  return reasons.filter((reason, i) => reasons.findIndex(({ title }) => title === reason.title) === i);
}

/** Title of an item, with its other name in brackets where it has one. */
export function displayTitle(saved: Pick<SavedModel, "titles" | "aliases">, item: number): string {
  const title = saved.titles[item];
  const other = saved.aliases[item]?.[0];
  return other && !title.includes(other) ? `${title} (${other})` : title;
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
