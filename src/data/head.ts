import { Collector } from "./read/collector.js";
import { ENOUGH, type RawLog, type ReadOptions, readInto } from "./read.js";

/** By these rows columns, times and encoding are found, and a person sees what a log holds. */
export const HEAD_ROWS = 20_000;

/** The first rows of a log as `readLog` reads them. @throws {RefrainError} as `readLog` */
export function readHead(path: string, options: ReadOptions = {}): Promise<RawLog> {
  return readInto(new Head(path, options), path, { ...options, onProgress: undefined });
}

class Head extends Collector {
  override add(line: number, fields: readonly string[]): void {
    super.add(line, fields);
    if (this.rows >= HEAD_ROWS) throw ENOUGH;
  }
}
