/** What is done now, and how far it is. Rates and times are over the last seconds. */
export interface GetProgress {
  readonly stage: "download" | "check" | "unpack";
  readonly done: number;
  /** Bytes, or null where nobody says. */
  readonly total: number | null;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number;
}

/** Turns bytes into progress, a few times a second, with the rate of the last seconds. */
export function reporter(
  onProgress: ((progress: GetProgress) => void) | undefined,
  stage: GetProgress["stage"],
): (done: number, total: number | null) => void {
  const seen: { at: number; done: number }[] = [];
  return (done, total) => {
    const at = performance.now();
    if (!onProgress || (seen.length > 0 && at - seen[seen.length - 1].at < 200 && done !== total)) return;
    seen.push({ at, done });
    while (seen.length > 25) seen.shift();
    const seconds = (at - seen[0].at) / 1000;
    const bytesPerSecond = seconds > 0 ? Math.max(0, done - seen[0].done) / seconds : 0;
    const secondsLeft =
      total === null || bytesPerSecond === 0 ? Number.NaN : Math.max(0, total - done) / bytesPerSecond;
    onProgress({ stage, done, total, bytesPerSecond, secondsLeft });
  };
}
