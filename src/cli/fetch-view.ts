// How far a download is, of a data set or of a log at an address.
import type { GetProgress } from "../data/registry/index.js";
import type { FetchProgress } from "../recipes/index.js";
import { text } from "./messages.js";
import { duration, type Output, progressBar } from "./output.js";

/** A bar for downloads, which appears with the first bytes and goes when it is stopped. */
export function fetchBar(output: Output): {
  readonly onProgress: (progress: GetProgress) => void;
  readonly note: (words: string) => void;
  readonly stop: () => void;
} {
  let bar: ReturnType<typeof progressBar> | undefined;
  const show = (share: number, words: string) => {
    bar ??= progressBar(output, 1);
    bar.update(share, words);
  };
  return {
    onProgress: (progress) => show(shareOf(progress), progressText(progress)),
    note: (words) => show(0, words),
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** Shows the fetch of addresses as a bar, and gives all other events on. */
export async function* withFetchBar<Event extends { readonly type: string }, Result>(
  events: AsyncIterable<Event, Result>,
  output: Output,
): AsyncGenerator<Exclude<Event, FetchProgress>, Result> {
  const bar = fetchBar(output);
  const all = events[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await all.next();
      const event = next.done ? undefined : (next.value as Event | FetchProgress);
      if (event?.type === "fetching") bar.onProgress(event as FetchProgress);
      else bar.stop();
      if (next.done) return next.value;
      if (event?.type !== "fetching") yield event as Exclude<Event, FetchProgress>;
    }
  } finally {
    bar.stop();
    await all.return?.();
  }
}

function shareOf({ done, total }: GetProgress): number {
  return total ? Math.min(1, done / total) : 0;
}

function progressText({ stage, done, total, bytesPerSecond, secondsLeft }: GetProgress): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return text(total === null ? "datasets.progressOpen" : "datasets.progress", {
    stage: text(`datasets.stage.${stage}`),
    done: megabytes(done),
    total: megabytes(total ?? 0),
    rate: megabytes(bytesPerSecond),
    left: duration(secondsLeft),
  });
}
