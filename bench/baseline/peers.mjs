// The same techniques fitted by numpy, scipy and scikit-learn on MovieLens-100k, and how many of the lists are the same.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluationCases, fitBaseline, Random, topK, trainHistories } from "../../dist/index.js";
import { pythonWith } from "../venv.mjs";
import { datasets, load } from "./data.mjs";

const PACKAGES = ["numpy==2.2.6", "scipy==1.15.3", "scikit-learn==1.6.1"];
const OPTIONS = {
  ease: { regularization: 200 },
  rp3beta: { alpha: 1, beta: 0.5, neighbours: 200 },
  "item-knn": { window: "history", neighbours: 200, shrinkage: 20, lastItems: 10_000, decay: 1, popularity: 1e-6 },
  "user-knn": { neighbours: 100, shrinkage: 0 },
  ials: { factors: 16, rounds: 5, unobserved: 0.1, regularization: 0.01, frequency: 1, seed: 1 },
};

export async function comparePeers(folder, out) {
  const histories = await load(datasets(folder)["ml-100k"]);
  if (!histories) return console.log("MovieLens-100k is not here, so nothing is compared with Python.");
  const python = pythonWith("baselines-python", PACKAGES, ["numpy", "scipy", "sklearn"]);
  if (!python) return;
  const cases = evaluationCases(histories, "test");
  const work = mkdtempSync(join(tmpdir(), "refrain-peers-"));
  try {
    writeFileSync(join(work, "input.json"), JSON.stringify(inputOf(histories, cases)));
    execFileSync(python, [join(import.meta.dirname, "peer.py"), work], { stdio: "inherit" });
    const theirs = JSON.parse(readFileSync(join(work, "output.json"), "utf8"));
    const rows = [];
    for (const [name, options] of Object.entries(OPTIONS)) {
      const began = performance.now();
      const scorer = await fitBaseline({ name, options }, histories);
      const scores = await scorer.score(cases);
      const seconds = (performance.now() - began) / 1000;
      const width = scorer.itemCount + 1;
      let same = 0;
      let places = 0;
      let difference = 0;
      for (const [n, { user, history }] of cases.entries()) {
        const row = scores.slice(n * width, (n + 1) * width);
        for (const item of history) row[item] = Number.NEGATIVE_INFINITY;
        const { top, scores: values } = theirs[name];
        const own = topK(row, 10);
        const equal = own.filter((item, place) => item === top[user - 1][place] + 1).length;
        if (equal === own.length) same++;
        places += equal;
        own.forEach((item, place) => {
          const value = values[user - 1][place];
          difference = Math.max(difference, Math.abs(row[item] - value) / (1e-3 + Math.abs(value)));
        });
      }
      const result = {
        name,
        lists: cases.length,
        same,
        places,
        difference,
        seconds,
        peerSeconds: theirs[name].seconds,
      };
      console.log(
        `${name}: ${same} of ${cases.length} lists of ten are the same, largest relative difference ${difference.toExponential(1)}`,
      );
      rows.push(result);
    }
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "peers.json"), JSON.stringify({ packages: PACKAGES, rows }, null, 1));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Everything that the peer needs, from 0. */
function inputOf(histories, cases) {
  const pairs = (rows) => rows.flatMap(({ user, items }) => Array.from(new Set(items), (item) => [user - 1, item - 1]));
  const train = pairs(trainHistories(histories));
  const queries = pairs(cases.map(({ user, history }) => ({ user, items: history })));
  const random = Random.stream(OPTIONS.ials.seed, "ials");
  const { factors } = OPTIONS.ials;
  const all = histories.itemCounts.reduce((sum, count) => sum + count, 0);
  return {
    users: histories.users.size,
    items: histories.items.size,
    rows: train.map(([user]) => user),
    columns: train.map(([, item]) => item),
    queryRows: queries.map(([user]) => user),
    queryColumns: queries.map(([, item]) => item),
    popularity: Array.from(histories.itemCounts.subarray(1), (count) => count / all),
    ialsVectors: Array.from(
      { length: histories.items.size * factors },
      () => (0.1 / Math.sqrt(factors)) * random.normal(),
    ),
    options: OPTIONS,
  };
}
