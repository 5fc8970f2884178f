import type { Opening } from "../../engine/protocol.js";

/** How much is done when a stage begins: the last one takes longest, and is the map or the ranks. */
const BEFORE: Readonly<Record<Opening["stage"], number>> = {
  engine: 0.05,
  model: 0.1,
  log: 0.15,
  map: 0.3,
  ranks: 0.3,
};

/** How much of an opening is done, from 0 to 1. It never goes back from one stage to the next. */
export function openingShare({ stage, done = 0, all = 0 }: Opening): number {
  const before = BEFORE[stage];
  return before + (all > 0 ? (1 - before) * (done / all) : 0);
}
