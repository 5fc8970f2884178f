import type { Command } from "commander";
import { RefrainError } from "../../core/errors.js";
import type { Query } from "../../core/types.js";
import { startEngine } from "../../engine/index.js";
import { loadModel, type SavedModel } from "../../model/index.js";
import { displayTitle, findRun, songsFor } from "../../recipes/index.js";
import { findTitle, namesOf, searchTitles } from "../../recommend/index.js";
import { text } from "../messages.js";
import { type Output, printJson, say } from "../output.js";
import { songTable } from "../songs.js";

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
      `\nExamples:\n  refrain recommend --titles "夜に駆ける" "Dynamite" -k 10\n  refrain recommend --user u01964 --new-only\n  refrain recommend --search 米津`,
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
      searchTitles(flags.search, names).map((item) => displayTitle(saved, item)),
      output,
    );
  if (flags.users) return list(saved.users.ids.slice(1, 21), output);
  const user = userOf(saved, flags.user);
  const heard = (flags.titles ?? []).map((title) => findTitle(title, names));
  if (user === 0 && heard.length === 0)
    throw new RefrainError("ARGUMENT_INVALID", "recommend needs --titles, --user, or both.");
  const query = queryOf(saved, user, heard);
  const songs = await songsFor(saved, query, Number(flags.count), flags.newOnly ? "remove" : "keep");
  if (output.json) return printJson(songs);
  if (heard.length > 0)
    say(output, text("chosenFor", { titles: heard.map((item) => displayTitle(saved, item)).join("; ") }));
  say(output, songTable(songs));
}

/** A listener's known plays, then songs that she hears now, of which only the order is known. */
function queryOf({ histories, times }: SavedModel, user: number, heard: readonly number[]): Query {
  const history = Int32Array.from([...histories[user], ...heard]);
  if (!times) return { user, history };
  return { user, history, times: Float64Array.from([...times[user], ...heard.map(() => Number.NaN)]) };
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
