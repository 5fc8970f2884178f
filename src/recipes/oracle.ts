import { oracleOn, readOracle } from "../data/simulator/index.js";
import { type Evaluation, evaluateRanks } from "../evaluate/index.js";
import { evaluationCases, type Histories } from "../sequence/histories.js";
import { JKPOP } from "./source.js";

/** The row of the simulator's true probabilities on the test part, on the same cases as another row. */
export async function oracle(histories: Histories, like: Evaluation): Promise<Evaluation> {
  const lines = Int32Array.from(evaluationCases(histories, "test"), ({ row }) => histories.split.log.lines[row]);
  const { ranks } = oracleOn(lines, await readOracle(JKPOP, "state"));
  return evaluateRanks("oracle", ranks, like.userCodes, like.protocol);
}
