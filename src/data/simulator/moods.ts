// The hidden mood: a Markov chain that starts by hour and drifts to near moods. It is never written to the log.

import { dayOf, hourOf, isWeekend, type LocalSeconds } from "./calendar.js";
import { MOODS, VALUES as P } from "./parameters.js";

const M = MOODS.length;
const LIVELY: readonly number[] = MOODS.map((mood) => (mood === "bright" || mood === "energetic" ? P.moodWeekend : 1));

/** Chance of each mood (column) at the next play, by the mood now (row). @shape float64 [6 * 6] */
export const MOOD_CHANGE: Float64Array = moodChange();

function moodChange(): Float64Array {
  const change = new Float64Array(M * M);
  for (let from = 0; from < M; from++) {
    let others = 0;
    for (let to = 0; to < M; to++) if (to !== from) others += P.moodNearness[from][to];
    for (let to = 0; to < M; to++)
      change[from * M + to] = to === from ? 1 - P.moodDrift : (P.moodDrift * P.moodNearness[from][to]) / others;
  }
  return change;
}

/** Chance of each mood at the start of a session. @shape float64 [6], sums to 1 */
export function startMoods(start: LocalSeconds, leaning: Float64Array): Float64Array {
  const hour = hourOf(start);
  const band = hour < 5 || hour >= 22 ? 3 : hour < 10 ? 0 : hour < 17 ? 1 : 2;
  const weekend = isWeekend(dayOf(start));
  const chances = new Float64Array(M);
  let total = 0;
  for (let m = 0; m < M; m++) {
    chances[m] = P.moodStart[band][m] * leaning[m] * (weekend ? LIVELY[m] : 1);
    total += chances[m];
  }
  return chances.map((chance) => chance / total);
}

/** The belief in each mood one play later. @shape float64 [6] */
export function drifted(belief: Float64Array): Float64Array {
  const later = new Float64Array(M);
  for (let from = 0; from < M; from++)
    for (let to = 0; to < M; to++) later[to] += belief[from] * MOOD_CHANGE[from * M + to];
  return later;
}
