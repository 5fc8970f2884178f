import { RefrainError } from "../../core/errors.js";
import type { Role } from "../schema.js";
import { Collector } from "./collector.js";
import type { RawLog, ReadOptions } from "./types.js";

/** One play that a program holds in memory. */
export interface PlayEvent {
  readonly user: string | number;
  readonly item: string | number;
  /** A `Date`, a text such as ISO-8601, or a number whose unit is found by its size. One way for all events. */
  readonly time?: Date | string | number;
  readonly title?: string;
  readonly artist?: string;
  /** How long it was heard, in milliseconds. */
  readonly durationMs?: number;
  readonly rating?: number;
}

const ROLES = {
  user: "user",
  item: "item",
  time: "time",
  title: "title",
  artist: "artist",
  durationMs: "duration",
  rating: "rating",
} as const satisfies Record<keyof PlayEvent, Role>;
const FIELDS = Object.keys(ROLES) as (keyof PlayEvent)[];

/**
 * Takes plays from memory as `readLog` takes them from a file, so that `cleanLog` counts and removes what is wrong with them.
 *
 * The line of an event is its place, 1-based. What is left out is blank; a column that no event has is no column. Without
 * times, the order of the events is taken.
 *
 * @param options `name` is what messages call the log, default "events"; `timeUnit` where the size of numbers misleads
 * @throws {RefrainError} FILE_EMPTY without events; FILE_TOO_LARGE for more of them than `readLog` takes rows
 * @example readEvents([{ user: 1, item: "a", time: new Date(0) }]).columns.get("time") // ["1970-01-01T00:00:00.000Z"]
 */
export function readEvents(
  events: readonly PlayEvent[],
  { name = "events", timeUnit }: { readonly name?: string } & Pick<ReadOptions, "timeUnit"> = {},
): RawLog {
  if (events.length === 0) throw new RefrainError("FILE_EMPTY", `${name} holds no event.`, { path: name });
  const fields = FIELDS.filter(
    (field) => field === "user" || field === "item" || events.some((event) => textOf(event[field]) !== ""),
  );
  const into = new Collector(name, {});
  into.begin(fields.map((field) => ROLES[field]));
  for (const [at, event] of events.entries())
    into.add(
      at + 1,
      fields.map((field) => textOf(event[field])),
    );
  return {
    path: name,
    columns: into.columns,
    lines: into.lines,
    badRows: { count: 0, samples: [] },
    detected: {
      format: "json",
      encoding: "",
      header: fields,
      roles: Object.fromEntries(fields.map((field) => [ROLES[field], field])),
      ...(timeUnit ? { timeUnit } : {}),
    },
  };
}

/** A field as a file would hold it; what is no value is blank. */
function textOf(value: Date | string | number | null | undefined): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  return String(value);
}
