// Recommendations in words: titles, probabilities, reasons.
import type { Query } from "../core/types.js";
import type { SavedModel } from "../model/index.js";
import { explain, type Reason, recommend } from "../recommend/index.js";
import { text } from "./messages.js";
import { faint, formatTable, percent } from "./output.js";

/** One recommended song in words. */
export interface Song {
  readonly rank: number;
  readonly title: string;
  readonly probability: number;
  /** Past plays that made it likelier, with the probability that it would have without each. */
  readonly reasons: readonly { readonly title: string; readonly without: number }[];
}

/** A reason is shown from this log ratio on: the play makes the song at least 5 % likelier. */
const SHOWN_INFLUENCE = 0.05;

/** Recommendations with reasons, in names. */
export async function listFor(
  saved: SavedModel,
  query: Query,
  k: number,
  seen: "keep" | "remove" = "keep",
): Promise<Song[]> {
  const found = await recommend(saved.scorer, query, { k, seen });
  const reasons = await explain(saved.scorer, query, found);
  const words = (probability: number) => (reason: Reason) => ({
    title: display(saved, reason.item),
    without: probability * Math.exp(-reason.influence),
  });
  return found.map(({ rank, item, probability }, i) => ({
    rank,
    title: display(saved, item),
    probability,
    reasons: distinct(reasons[i].filter(({ influence }) => influence > SHOWN_INFLUENCE).map(words(probability))),
  }));
}

/** A song that was heard twice is one reason, with the stronger influence. */
function distinct(reasons: Song["reasons"]): Song["reasons"] {
  return reasons.filter((reason, i) => reasons.findIndex(({ title }) => title === reason.title) === i);
}

/** The list as a table; a reason says how likely the song would be without a past play. */
export function songTable(songs: readonly Song[]): string {
  const rows = songs.map(({ rank, title, probability, reasons }) => [
    String(rank),
    title,
    percent(probability),
    faint(reasonText(reasons)),
  ]);
  return formatTable(["", text("title"), text("probability"), text("reason")], rows, [0, 2]);
}

export function reasonText(reasons: Song["reasons"]): string {
  if (reasons.length === 0) return text("noReasons");
  return reasons.map(({ title, without }) => text("without", { title, share: percent(without) })).join("; ");
}

/** Title of an item, with its other name in brackets where it has one. */
export function display(saved: SavedModel, item: number): string {
  const title = saved.titles[item];
  const other = saved.aliases[item]?.[0];
  return other && !title.includes(other) ? `${title} (${other})` : title;
}
