// A run whose first losses were recorded once: whoever changes the numbers of training must do so knowingly.
import { shortTraining, smallModel, worldOf } from "./training.js";
import { markovWorld } from "./worlds.js";

export const GOLDEN = {
  world: worldOf(markovWorld({ users: 12, items: 8, plays: 14 }).log),
  model: smallModel({ repeatWindow: 0, lastItem: false }),
  training: shortTraining({ epochs: 3 }),
  /** Of steps 1 to 10, in nats; native engine, 2026-11-24. */
  losses: [2.084327, 2.072803, 2.036535, 2.007705, 1.944763, 1.882812, 1.917624, 1.831122, 1.842492, 1.785847],
} as const;

/** Largest difference between two lists over the length of the second; infinite where the first is shorter. */
export function apart(losses: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((loss, step) => Math.abs((losses[step] ?? Number.POSITIVE_INFINITY) - loss)));
}
