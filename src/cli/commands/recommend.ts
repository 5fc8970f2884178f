import type { Command } from "commander";
import { RefrainError } from "../../core/errors.js";
import { startEngine } from "../../engine/index.js";
import { loadModel, type SavedModel } from "../../model/index.js";
import { findRun } from "../../recipes/index.js";
import { explain, findTitle, namesOf, type Reason, recommend, searchTitles } from "../../recommend/index.js";
import { text } from "../messages.js";
import { faint, formatTable, type Output, printJson, say } from "../output.js";

interface RecommendFlags {
  readonly titles?: readonly string[];
  readonly user?: string;
  readonly count: string;
  readonly run?: string;
  readonly search?: string;
  readonly users?: boolean;
  readonly newOnly?: boolean;
}

/** `refrain recommend` */
export function addRecommendCommand(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("recommend")
    .description("the next songs for a known listener or a hand-made list of titles, with reasons")
    .option("-t, --titles <title...>", "songs just heard, oldest first")
    .option("-u, --user <id>", "a listener of the training log; with --titles, what she hears now")
    .option("-k, --count <k>", "length of the list", "10")
    .option("-r, --run <run>", "id or folder of the run; the newest finished one when left out")
    .option("--new-only", "leave out what was heard before")
    .option("--search <word>", "list the titles that contain a word and stop")
    .option("--users", "list some known listeners and stop")
    .addHelpText(
      "after",
      `\nExamples:\n  refrain recommend --titles "夜に駆ける" "Dynamite" -k 10\n  refrain recommend --user L0042`,
    )
    .action(async (flags: RecommendFlags) => {
      await startEngine("score");
      const saved = loadModel(findRun(runs(), flags.run, "finished"));
      try {
        await answer(saved, flags, output());
      } finally {
        saved.model.dispose();
      }
    });
}

/** Prints what the flags ask of a loaded model. */
async function answer(saved: SavedModel, flags: RecommendFlags, output: Output): Promise<void> {
  const names = saved.titles.map((title, item) => namesOf(title, saved.aliases[item]));
  if (flags.search !== undefined)
    return list(
      searchTitles(flags.search, names).map((item) => display(saved, item)),
      output,
    );
  if (flags.users) return list(saved.users.ids.slice(1, 21), output);
  const user = userOf(saved, flags.user);
  const heard = (flags.titles ?? []).map((title) => findTitle(title, names));
  if (user === 0 && heard.length === 0)
    throw new RefrainError("ARGUMENT_INVALID", "recommend needs --titles, --user, or both.");
  const history = Int32Array.from([...(user > 0 ? saved.histories[user] : []), ...heard]);
  const songs = await listFor(saved, { user, history }, Number(flags.count), flags.newOnly ? "remove" : "keep");
  if (output.json) return printJson(songs);
  if (heard.length > 0)
    say(output, text("chosenFor", { titles: heard.map((item) => display(saved, item)).join("; ") }));
  say(output, songTable(songs));
}

/** One recommended song in words. */
export interface Song {
  readonly rank: number;
  readonly title: string;
  readonly probability: number;
  readonly reasons: readonly { readonly title: string; readonly influence: number }[];
}

/** Recommendations with reasons, in names. */
export async function listFor(
  saved: SavedModel,
  query: { readonly user: number; readonly history: Int32Array },
  k: number,
  seen: "keep" | "remove" = "keep",
): Promise<Song[]> {
  const found = await recommend(saved.scorer, query, { k, seen });
  const reasons = await explain(saved.scorer, query, found);
  const words = (reason: Reason) => ({ title: display(saved, reason.item), influence: reason.influence });
  return found.map(({ rank, item, probability }, i) => ({
    rank,
    title: display(saved, item),
    probability,
    reasons: distinct(reasons[i].filter((reason) => reason.influence > 0.01).map(words)),
  }));
}

/** A song that was heard twice is one reason, with the stronger influence. */
function distinct(reasons: readonly { title: string; influence: number }[]): { title: string; influence: number }[] {
  return reasons.filter((reason, i) => reasons.findIndex(({ title }) => title === reason.title) === i);
}

/** The list as a table; a reason says by which factor a past play made the song likelier. */
export function songTable(songs: readonly Song[]): string {
  const rows = songs.map(({ rank, title, probability, reasons }) => [
    String(rank),
    title,
    `${(100 * probability).toFixed(1)} %`,
    faint(reasonText(reasons)),
  ]);
  return formatTable(["", text("title"), text("probability"), text("reason")], rows, [0, 2]);
}

export function reasonText(reasons: Song["reasons"]): string {
  if (reasons.length === 0) return text("noReasons");
  return reasons.map(({ title, influence }) => `${title} (×${Math.exp(influence).toFixed(2)})`).join(", ");
}

/** Title of an item, with its other name in brackets where it has one. */
export function display(saved: SavedModel, item: number): string {
  const title = saved.titles[item];
  const other = saved.aliases[item]?.[0];
  return other && !title.includes(other) ? `${title} (${other})` : title;
}

function userOf(saved: SavedModel, id?: string): number {
  if (id === undefined) return 0;
  const user = saved.users.indexOf(id);
  if (user === 0) throw new RefrainError("USER_UNKNOWN", `"${id.slice(0, 60)}" is no listener of this run.`, { id });
  return user;
}

function list(lines: readonly string[], output: Output): void {
  if (output.json) printJson(lines);
  else say(output, lines.join("\n"));
}
