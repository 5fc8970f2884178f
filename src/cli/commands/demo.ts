import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { profileLog } from "../../data/index.js";
import { generateJkpop } from "../../data/simulator/index.js";
import { type ComparisonTable, protocolSentence } from "../../evaluate/index.js";
import { loadModel, type SavedModel } from "../../model/index.js";
import { lengthDistribution, metricBars, popularityCurve, trainingCurves } from "../../plot/index.js";
import {
  type EpochRecord,
  JKPOP,
  type Prepared,
  type ReportPart,
  runConfig,
  startRun,
  writeReport,
} from "../../recipes/index.js";
import { language, text } from "../messages.js";
import { bold, count, type Output, printJson, resultRows, say } from "../output.js";
import { showRun } from "../run-view.js";
import { display, listFor, reasonText, type Song, songTable } from "./recommend.js";
import { INTERRUPTED, interruptible } from "./train.js";

const SHOWN_PLAYS = 10;

/** `refrain demo`, which is `npm start`: the main job on the embedded data set, with a report at the end. */
export function addDemoCommand(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("demo")
    .description("the whole job on the embedded data set: clean, train, test, recommend, report")
    .action(async () => {
      if (!existsSync(join(JKPOP, "plays.csv.gz"))) await generateJkpop(JKPOP);
      const config = runConfig({ name: "demo", data: { path: "jkpop" } });
      const { folder, interrupted, prepared } = await showRun(
        startRun(config, { runs: runs(), signal: interruptible() }),
        output(),
      );
      if (interrupted) {
        say(output(), text("resumeHint", { id: basename(folder) }));
        process.exitCode = INTERRUPTED;
        return;
      }
      const { results } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as { results: ComparisonTable };
      const saved = loadModel(folder);
      const user = sampleListener(saved);
      const history = Int32Array.from(saved.histories[user]);
      const songs = await listFor(saved, { user, history }, 10);
      const last = Array.from(history.subarray(-SHOWN_PLAYS), (item) => display(saved, item));
      const path = join(folder, "report.html");
      const closed = closedShare(results, saved.name);
      writeReport(
        path,
        text("reportTitle", { name: "jkpop" }),
        language(),
        parts(prepared as Prepared, results, folder, saved, user, last, songs, closed),
      );
      if (output().json)
        return printJson({
          folder,
          report: path,
          closedShareOfOracleDistance: closed,
          listener: saved.users.ids[user],
          last,
          songs,
        });
      say(output(), text("oracleNote"));
      say(output(), text("closed", { name: saved.name, share: (100 * closed).toFixed(0) }));
      say(
        output(),
        `\n${bold(text("listener", { user: saved.users.ids[user] }))}\n${last.map((title) => `  ${title}`).join("\n")}`,
      );
      say(output(), `\n${bold(text("list"))}\n${songTable(songs)}`);
      say(output(), `\n${bold(text("report", { path }))}\n${text("next")}`);
    });
}

/** The listener with the median number of plays: neither a newcomer nor a fanatic. */
function sampleListener({ histories }: SavedModel): number {
  const users = histories.map((plays, user) => ({ user, plays: plays.length })).slice(1);
  users.sort((a, b) => a.plays - b.plays || a.user - b.user);
  return users[Math.floor(users.length / 2)].user;
}

/** Share of the distance from first-order Markov to the oracle, in HR@10. */
function closedShare(table: ComparisonTable, name: string): number {
  const value = (scorer: string) =>
    table.rows.find((row) => row.scorer === scorer)?.metrics.find((metric) => metric.name === "HR@10")?.value ??
    Number.NaN;
  return (value(name) - value("Markov")) / (value("oracle") - value("Markov"));
}

function parts(
  { report, log, histories }: Prepared,
  results: ComparisonTable,
  folder: string,
  saved: SavedModel,
  user: number,
  last: readonly string[],
  songs: readonly Song[],
  closed: number,
): ReportPart[] {
  const epochs = JSON.parse(readFileSync(join(folder, "history.json"), "utf8")) as EpochRecord[];
  const profile = profileLog(log);
  const caption = protocolSentence(results.protocol);
  const { header, rows } = resultRows(results);
  const playsPerUser = new Int32Array(log.userIds.length);
  for (const code of log.users) playsPerUser[code]++;
  const bars = (metric: string) =>
    results.rows.map(({ scorer, metrics }) => {
      const { value, low, high } = metrics.find(({ name }) => name === metric) as {
        value: number;
        low: number;
        high: number;
      };
      return { name: scorer, value, low, high };
    });
  const figure = (of: ReturnType<typeof metricBars>, description: string): ReportPart => ({
    type: "figure",
    figure: of,
    description,
  });
  return [
    { type: "heading", text: text("results") },
    { type: "text", text: text("closed", { name: saved.name, share: (100 * closed).toFixed(0) }) },
    { type: "table", header, rows },
    { type: "text", text: `${text("oracleNote")} ${text("intervals", { protocol: caption })}` },
    figure(metricBars("HR@10", bars("HR@10"), caption), "HR@10"),
    figure(metricBars("NDCG@10", bars("NDCG@10"), caption), "NDCG@10"),
    { type: "heading", text: text("training") },
    figure(trainingCurves(epochs), text("training")),
    { type: "heading", text: text("listener", { user: saved.users.ids[user] }) },
    { type: "table", header: ["", text("title")], rows: last.map((title, i) => [String(i + 1), title]) },
    { type: "heading", text: text("list") },
    {
      type: "table",
      header: ["", text("title"), text("probability"), text("reason")],
      rows: songs.map(({ rank, title, probability, reasons }) => [
        String(rank),
        title,
        `${(100 * probability).toFixed(1)} %`,
        reasonText(reasons),
      ]),
    },
    { type: "heading", text: text("cleaning") },
    {
      type: "table",
      header: ["rule", "removed", "repaired", "kept", "meaning"].map((key) => text(key)),
      rows: report.steps.map((step) => [
        step.rule,
        count(step.removed),
        count(step.repaired),
        count(step.kept),
        step.meaning,
      ]),
    },
    {
      type: "text",
      text: text("log", {
        events: count(profile.events),
        items: count(profile.items),
        users: count(profile.users),
        first: profile.firstDay ?? "",
        last: profile.lastDay ?? "",
      }),
    },
    figure(lengthDistribution(playsPerUser), "plays per user"),
    figure(popularityCurve(histories.itemCounts.subarray(1)), "plays per item"),
  ];
}
