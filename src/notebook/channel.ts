import { RefrainError } from "../core/errors.js";

/** Content by MIME type; a front end shows the richest one it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a running notebook cell offers. The kernel of this project puts it in `globalThis.__jupyter`. */
export interface NotebookChannel {
  /** Shows a bundle below the cell. With `update` it takes the place of the one that was shown with the same `id`. */
  display(bundle: MimeBundle, options?: { readonly id?: string; readonly update?: boolean }): void;
  /** Aborted when the person interrupts the cell. */
  readonly signal: AbortSignal;
}

let injected: NotebookChannel | undefined;

/**
 * Sends everything that `show` and `watch` show to another place than the running cell: a test, an app.
 *
 * @param channel undefined goes back to the running cell
 */
export function useChannel(channel: NotebookChannel | undefined): void {
  injected = channel;
}

/** The channel of the running cell. @throws {RefrainError} DISPLAY_MISSING outside a notebook */
export function currentChannel(): NotebookChannel {
  const channel = injected ?? (globalThis as { __jupyter?: NotebookChannel }).__jupyter;
  if (channel) return channel;
  throw new RefrainError("DISPLAY_MISSING", "There is no notebook cell to show this in: the kernel gave no display.");
}

/**
 * The signal of the running cell, for `train` and everything else that takes one: interrupting the kernel then ends the
 * work after the step in flight and keeps what was done.
 *
 * @throws {RefrainError} DISPLAY_MISSING outside a notebook
 */
export function interruptSignal(): AbortSignal {
  return currentChannel().signal;
}
