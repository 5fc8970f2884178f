// A notebook cell of the test's own: what was shown, in order.
import { afterEach, beforeEach } from "vitest";
import { type MimeBundle, type NotebookChannel, useChannel } from "../../src/notebook/index.js";

export interface Shown {
  readonly bundle: MimeBundle;
  readonly id?: string;
  readonly update?: boolean;
}

/** Injects a cell before each test and takes it away after. */
export function useRecorder(): { shown: Shown[]; controller: AbortController } {
  const recorder = { shown: [] as Shown[], controller: new AbortController() };
  beforeEach(() => {
    recorder.shown = [];
    recorder.controller = new AbortController();
    const channel: NotebookChannel = {
      display: (bundle, options = {}) => recorder.shown.push({ bundle, ...options }),
      signal: recorder.controller.signal,
    };
    useChannel(channel);
  });
  afterEach(() => useChannel(undefined));
  return recorder;
}
