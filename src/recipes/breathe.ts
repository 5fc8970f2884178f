/** Lets a signal arrive between two long steps. @throws the signal's reason once it is aborted */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
