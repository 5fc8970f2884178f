// The logs of the table of techniques, each cleaned and cut by leave-one-out.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { cleanLog, leaveOneOut, readLog, toHistories } from "../../dist/index.js";

const embedded = join(import.meta.dirname, "..", "..", "datasets", "jkpop");
/** Published versions of these logs are complete as they are: nothing is cleaned away. */
const asPublished = { minimumUserPlays: 1, minimumItemPlays: 1, maximumPlaysPerDay: 0, minimumDurationMs: 0 };

/** @param folder where `ml-100k/ml-100k.inter` and `ml-1m/ml-1m.txt.gz` lie, if anywhere */
export function datasets(folder) {
  const under = (...path) => resolve(folder, ...path);
  return {
    jkpop: {
      title: "jkpop (embedded, simulated listeners)",
      path: join(embedded, "plays.csv.gz"),
      cleaning: {},
      seen: "keep",
      attributes: join(embedded, "catalogue.csv"),
    },
    "ml-100k": {
      title: "MovieLens-100k",
      path: under("ml-100k", "ml-100k.inter"),
      cleaning: asPublished,
      seen: "remove",
      attributes: under("ml-100k", "ml-100k.item"),
    },
    "ml-1m": {
      title: "MovieLens-1M (ml-1m.txt, 3,416 items)",
      path: under("ml-1m", "ml-1m.txt.gz"),
      cleaning: asPublished,
      seen: "remove",
      attributes: under("ml-1m", "items.tsv"),
    },
  };
}

/** Histories of a data set, or undefined where its file is not here. */
export async function load({ path, cleaning }) {
  if (!existsSync(path)) return undefined;
  const { log } = cleanLog(await readLog(path), cleaning);
  return toHistories(leaveOneOut(log));
}
