import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventLog } from "../../src/core/types.js";

/** A folder that lives as long as a test file; call `remove` in afterAll. */
export function temporaryFolder(): {
  readonly path: string;
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
} {
  const path = mkdtempSync(join(tmpdir(), "refrain-data-"));
  return {
    path,
    write(name, content) {
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Cleaning that removes nothing but what cannot be an event. */
export const KEEP_ALL = {
  earliest: 0,
  latest: 4e9,
  minimumDurationMs: 0,
  maximumPlaysPerDay: 0,
  minimumUserPlays: 1,
  minimumItemPlays: 1,
} as const;

/** A log as rows of [user, item, time, title]. */
export function rowsOf(log: EventLog): [string, string, number, string][] {
  return Array.from(log.users, (user, row) => [
    log.userIds[user],
    log.itemIds[log.items[row]],
    log.times[row],
    log.itemTitles[log.items[row]],
  ]);
}

/** A log without its source lines, for comparing. */
export function withoutLines({ lines: _, ...log }: EventLog): Omit<EventLog, "lines"> {
  return log;
}
