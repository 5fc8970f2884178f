// Where the distance to the oracle lies: HR@10 by how the simulator chose each play, on the validation part.
import { MOVES, oracleOn, readTruth } from "../../dist/data/simulator/index.js";
import { rankTargets } from "../../dist/evaluate/index.js";
import { fitBaseline, loadModel, prepare, startEngine } from "../../dist/index.js";
import { JKPOP } from "../../dist/recipes/source.js";
import { evaluationCases } from "../../dist/sequence/histories.js";
import { LINES } from "./lines.mjs";
import { configOf, runOf } from "./measure.mjs";
import { measureObservers } from "./observer.mjs";

const LINE = "jkpop-lstm";

/**
 * @param how as `measureLine` takes it; the line's run is made where it is not there
 * @returns of each move: its name, number of cases, and HR@10 by scorer; and of observers who know the simulator's rules their
 *          HR@10, in all and by move; undefined where the run was interrupted
 */
export async function measureMoves(how) {
  const config = configOf(LINES[LINE], 1, how.folder);
  const run = await runOf(LINE, 1, config, how);
  if (!run) return undefined;
  await startEngine("score");
  const { histories } = await prepare(config, how.signal);
  const cases = evaluationCases(histories, "validation");
  const truth = await readTruth(JKPOP);
  const lines = Int32Array.from(cases, ({ row }) => histories.split.log.lines[row]);
  const saved = loadModel(run);
  try {
    const ranks = {};
    for (const scorer of [saved.scorer, await fitBaseline("markov", histories, {})])
      ranks[scorer.name] = await rankTargets(scorer, cases, config.protocol, { signal: how.signal });
    ranks["oracle without the mood"] = oracleOn(lines, truth.observer).ranks;
    ranks.oracle = oracleOn(lines, truth.oracle).ranks;
    const moves = MOVES.map((move, index) => {
      const own = [...lines.keys()].filter((n) => truth.move[lines[n]] === index);
      const hits = (of) => own.filter((n) => of[n] <= 10).length / own.length;
      const hr = Object.fromEntries(Object.entries(ranks).map(([scorer, of]) => [scorer, hits(of)]));
      return { move, cases: own.length, hr };
    });
    const times = cases.map(({ now }) => now).sort((a, b) => a - b);
    return { moves, observers: measureObservers(JKPOP, times[0], times.at(-1)) };
  } finally {
    saved.model.dispose();
  }
}
