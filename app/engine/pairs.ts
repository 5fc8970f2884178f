import { type ComparisonTable, compare, type Evaluation } from "refrain";
import type { Params } from "./protocol.js";
import { sessionOf, testedOf } from "./session.js";

/**
 * Test results of several runs side by side, each tested against the best by paired tests over listeners.
 *
 * @throws {RefrainError} SHAPE_MISMATCH where the runs were not measured on the same plays; as `testedOf`
 */
export async function pairs({ runs }: Params<"pairs">): Promise<ComparisonTable> {
  const evaluations: Evaluation[] = [];
  for (const run of new Set(runs)) {
    const session = await sessionOf(run);
    const { evaluation } = await testedOf(session);
    evaluations.push({ ...evaluation, scorer: session.record.id });
  }
  return compare(evaluations, { tests: true });
}
