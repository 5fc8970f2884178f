/** Log of the sum of e^score over all items. Item 0 is padding and has no chance. @shape scores [V+1] */
export function logSumOf(scores: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > most) most = score;
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  return most + Math.log(sum);
}

/**
 * Rank and probability of an item among scores. Item 0 is padding and has no chance.
 *
 * @shape scores [V+1]
 * @param logSum `logSumOf` the scores, where it is known
 */
export function standing(
  scores: Float32Array,
  item: number,
  logSum: number = logSumOf(scores),
): { rank: number; probability: number } {
  const own = scores[item];
  let rank = 1;
  for (let other = 0; other < scores.length; other++) if (scores[other] > own) rank++;
  return { rank, probability: Math.exp(own - logSum) };
}
