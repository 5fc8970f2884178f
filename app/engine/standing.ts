/** Rank and probability of an item among scores. Item 0 is padding and has no chance. @shape scores [V+1] */
export function standing(scores: Float32Array, item: number): { rank: number; probability: number } {
  let rank = 1;
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    if (score > scores[item]) rank++;
    if (score > most) most = score;
  }
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  return { rank, probability: Math.exp(scores[item] - most) / sum };
}
