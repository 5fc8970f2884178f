import type { GetProgress } from "../data/registry/index.js";

/** How far the fetch of an address is, of which a run may have several. */
export interface FetchProgress extends GetProgress {
  readonly type: "fetching";
}

/**
 * Does a work and says what it tells meanwhile, the newest where several came at once; returns what it comes to.
 *
 * @throws as the work
 */
export async function* telling<Told, Result>(
  work: (tell: (value: Told) => void) => Promise<Result>,
): AsyncGenerator<Told, Result> {
  let latest: Told | undefined;
  let isOver = false;
  let wake = () => {};
  const result = work((value) => {
    latest = value;
    wake();
  });
  const over = () => {
    isOver = true;
    wake();
  };
  result.then(over, over);
  while (!isOver) {
    if (latest === undefined)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    const told = latest;
    latest = undefined;
    if (told !== undefined && !isOver) yield told;
  }
  return result;
}
