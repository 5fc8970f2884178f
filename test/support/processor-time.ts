/** Numbers that the reference reads. */
const SIZE = 1 << 16;
const STEPS = 3e7;

/**
 * Processor time of some work as a multiple of that of a fixed piece of arithmetic, which is timed before and after it: a slow
 * processor, or a busy one, slows both. The work's own seconds say little on a machine that others share.
 */
export async function timesReference(work: () => unknown): Promise<number> {
  reference(); // compiled by now
  const before = await secondsOf(reference);
  const seconds = await secondsOf(work);
  return seconds / ((before + (await secondsOf(reference))) / 2);
}

async function secondsOf(work: () => unknown): Promise<number> {
  const began = process.cpuUsage();
  await work();
  return process.cpuUsage(began).user / 1e6;
}

/** Exponentials of numbers that lie apart in memory: a second or two. */
function reference(): number {
  const table = Float64Array.from({ length: SIZE }, (_, at) => at / SIZE);
  let sum = 0;
  for (let step = 0; step < STEPS; step++) sum += Math.exp(-table[(step * 40_503) % SIZE]);
  return sum;
}
