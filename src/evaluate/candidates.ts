import { RefrainError } from "../core/errors.js";
import { Random } from "../core/random.js";
import type { EvaluationCase } from "../core/types.js";
import { readLog } from "../data/index.js";
import type { Histories } from "../sequence/histories.js";
import { negativeSampler } from "../sequence/negatives.js";
import type { Protocol } from "./protocol.js";

/** The items that the target of a case is ranked among; the target itself may be left out. `at` numbers the case. */
export type Candidates = (each: EvaluationCase, at: number) => Int32Array;

/** Rejected draws, per wanted item, after which the rest is taken from what is left in random order. */
const PATIENCE = 20;

/**
 * The candidates that a protocol asks for; undefined for a full ranking.
 *
 * uniform and popularity: `negatives` different items that are not in the history of the case, fewer where there are no
 * more; they depend on the seed and the log row alone, so all models meet the same. file: as the file says, for validation
 * and test alike.
 *
 * Sampled figures favour models that are good far down the list, and are given for comparison with tables that have them.
 *
 * @source S3-Rec (Zhou et al. 2020) for the file; Krichene & Rendle 2020 on what samples do to metrics
 * @throws {RefrainError} FILE_* as `readLog`; SHAPE_MISMATCH when the file lacks a user of the log
 */
export async function drawCandidates(protocol: Protocol, histories: Histories): Promise<Candidates | undefined> {
  const { candidates, negatives, negativesFile, seed } = protocol;
  if (candidates === "full") return undefined;
  if (candidates === "file") return fromFile(negativesFile as string, histories);
  const V = histories.items.size;
  const sampler = negativeSampler(histories.itemCounts, candidates === "uniform" ? 0 : 1);
  return ({ history, target, row }) => {
    const taken = new Set(history);
    taken.add(target).add(0);
    const random = Random.stream(seed, "candidates", row);
    const drawn: number[] = [];
    for (let tries = PATIENCE * negatives; tries > 0 && drawn.length < negatives; ) {
      const wanted = Math.min(tries, 2 * (negatives - drawn.length));
      for (const item of sampler.draw(wanted, random)) {
        if (taken.has(item) || drawn.length === negatives) continue;
        taken.add(item);
        drawn.push(item);
      }
      tries -= wanted;
    }
    if (drawn.length < negatives) {
      const left = Array.from({ length: V }, (_, i) => i + 1).filter((item) => !taken.has(item));
      drawn.push(...random.shuffle(left).slice(0, negatives - drawn.length));
    }
    return Int32Array.from(drawn);
  };
}

/** The items of each user's line. Items that the train part does not hold cannot be scored and are left out. */
async function fromFile(path: string, { split, items }: Histories): Promise<Candidates> {
  const { columns } = await readLog(path, { format: "sequences" });
  const [users, ids] = [columns.get("user"), columns.get("item")] as [readonly string[], readonly string[]];
  const ofUser = new Map<string, number[]>();
  users.forEach((user, row) => {
    const own = ofUser.get(user) ?? [];
    if (own.length === 0) ofUser.set(user, own);
    const item = items.indexOf(ids[row].normalize("NFKC").trim());
    if (item > 0) own.push(item);
  });
  const known = new Map(Array.from(ofUser, ([user, own]) => [user, Int32Array.from(own)]));
  return ({ userCode }) => {
    const own = known.get(split.log.userIds[userCode]);
    if (own) return own;
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `${path} must hold a line for every user with a case, and has none for "${split.log.userIds[userCode].slice(0, 40)}".`,
      { path, user: split.log.userIds[userCode] },
    );
  };
}
