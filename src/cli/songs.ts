import { type RecommendedSong, reasonText } from "../recipes/index.js";
import { language, text } from "./messages.js";
import { faint, formatTable, percent } from "./output.js";

/** The list as a table; a reason says how likely the song would be without a past play. */
export function songTable(songs: readonly RecommendedSong[]): string {
  const rows = songs.map(({ rank, title, probability, reasons }) => [
    String(rank),
    title,
    percent(probability),
    faint(reasonText(reasons, language())),
  ]);
  return formatTable(["", text("title"), text("probability"), text("reason")], rows, [0, 2]);
}
