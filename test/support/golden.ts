// A run whose first losses were recorded once: whoever changes the numbers of training must do so knowingly.
import { shortTraining, smallModel, worldOf } from "./training.js";
import { markovWorld } from "./worlds.js";

export const GOLDEN = {
  world: worldOf(markovWorld({ users: 12, items: 8, plays: 14 }).log),
  model: smallModel({
    repeatWindow: 0,
    personalWindow: 0,
    lastItem: false,
    timeGap: false,
    hour: false,
    moment: false,
  }),
  training: shortTraining({ epochs: 3 }),
  /** Of steps 1 to 10, in nats; native engine, 2026-11-24. */
  losses: [2.086707, 2.078561, 2.039667, 2.007186, 1.972652, 1.89365, 1.93309, 1.855257, 1.86877, 1.82922],
} as const;

/** Largest difference between two lists over the length of the second; infinite where the first is shorter. */
export function apart(losses: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((loss, step) => Math.abs((losses[step] ?? Number.POSITIVE_INFINITY) - loss)));
}
