import { checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { EventLog, SplitLog } from "../core/types.js";
import { timeAt, userRows, whole } from "./split.js";

/** What the column `split` of a log may say, without case. */
const PART_NAMES: Readonly<Record<string, number>> = {
  train: 0,
  training: 0,
  validation: 1,
  valid: 1,
  val: 1,
  dev: 1,
  test: 2,
  testing: 2,
};

/**
 * Number of a part by its name: 0 train, 1 validation, 2 test; undefined where the name is none.
 *
 * @example partNumber(" Valid ") // 1
 */
export function partNumber(name: string): number | undefined {
  const plain = name.trim().toLowerCase();
  return Object.hasOwn(PART_NAMES, plain) ? PART_NAMES[plain] : undefined;
}

/**
 * A split that came with the log: as files of their own, or as a column.
 *
 * Each user's events are put in the order train, validation, test, and by time only within a part: where the given parts
 * overlap in time, a history holds plays from after its target, and `auditSplit` reports them. Without a validation part,
 * the latest events of training become it: a share of them by time, or each user's last of three where there are no times.
 *
 * @param parts           0 train, 1 validation, 2 test for each event of `log`; uint8 [E]
 * @param validationShare share of the training events, in (0, 1), where validation is not given
 * @throws {RefrainError} SHAPE_MISMATCH for another length; SPLIT_INVALID for a part of another number; EMPTY_CASES when a
 *         part is empty
 */
export function splitAsGiven(log: EventLog, parts: Uint8Array, validationShare: number): SplitLog {
  checkLength("parts", parts.length, log.users.length);
  const wrong = parts.findIndex((part) => part > 2);
  if (wrong >= 0)
    throw new RefrainError("SPLIT_INVALID", `Line ${log.lines[wrong]} is in part ${parts[wrong]}, not in 0, 1 or 2.`);
  const isMade = !parts.includes(1);
  const own = isMade ? withValidation(log, parts, validationShare) : parts;
  const order = Int32Array.from(parts.keys()).sort(
    (a, b) => log.users[a] - log.users[b] || own[a] - own[b] || a - b, // rows are sorted by user, time and line already
  );
  const sorted = {
    ...log,
    users: order.map((row) => log.users[row]),
    items: order.map((row) => log.items[row]),
    times: Float64Array.from(order, (row) => log.times[row]),
    lines: order.map((row) => log.lines[row]),
  };
  const userStart = userRows(sorted);
  const starts = (least: number) => {
    const start = userStart.slice(1);
    for (let row = 0; row < order.length; row++) if (own[order[row]] >= least) start[sorted.users[row]]--;
    return start;
  };
  const description = isMade ? "as given, validation from the end of training" : "as given";
  return whole({ log: sorted, description, userStart, validationStart: starts(1), testStart: starts(2) });
}

/** The parts with some of the training events turned into validation. */
function withValidation(log: EventLog, parts: Uint8Array, share: number): Uint8Array {
  const trained = log.times.filter((_, row) => parts[row] === 0);
  if (log.hasTimes) {
    const from = timeAt(trained, 1 - share);
    return parts.map((part, row) => (part === 0 && log.times[row] >= from ? 1 : part));
  }
  const left = new Int32Array(log.userIds.length);
  for (let row = 0; row < parts.length; row++) if (parts[row] === 0) left[log.users[row]]++;
  const enough = left.map((count) => (count >= 3 ? 1 : 0));
  return parts.map((part, row) => {
    if (part !== 0) return part;
    return --left[log.users[row]] === 0 && enough[log.users[row]] === 1 ? 1 : 0;
  });
}
