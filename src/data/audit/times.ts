// What the times of a clean log can and cannot tell.
import type { EventLog } from "../../core/types.js";
import { type Example, type Finding, finding, graded, MOST_EXAMPLES } from "./finding.js";

/** Names of the steps in which a log may count time, with their seconds; the coarsest first. */
const STEPS: readonly (readonly [name: string, seconds: number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** Steps from play to play that sorting is judged by, and the share of rising ones that chance and albums do not reach. */
const FEWEST_STEPS = 1000;
const MOST_RISING = 0.8;

/** A play of a clean log as an example. */
export function playExample(log: EventLog, row: number, more = ""): Example {
  const when = log.hasTimes
    ? new Date(log.times[row] * 1000).toISOString().slice(0, 19).replace("T", " ")
    : log.times[row];
  const text = `${log.userIds[log.users[row]]}, ${log.itemTitles[log.items[row]].slice(0, 60)}, ${when}`;
  return { line: log.lines[row], text: more ? `${text} (${more})` : text };
}

/** The coarsest step of which 99 of 100 times are a multiple; null where it is finer than a minute. */
export function timeStep(times: ArrayLike<number>): { readonly name: string; readonly seconds: number } | null {
  for (const [name, seconds] of STEPS) {
    let whole = 0;
    for (let row = 0; row < times.length; row++) if (times[row] % seconds === 0) whole++;
    if (times.length > 0 && whole >= 0.99 * times.length) return { name, seconds };
  }
  return null;
}

/**
 * Findings about calendar times: ties, coarse steps, and a file that is not in order.
 *
 * A tie is a play at the same time as the same user's play before it, of another item: their order is that of the file.
 */
export function auditTimes(log: EventLog): Finding[] {
  const E = log.users.length;
  const found = sortedItems(log);
  if (!log.hasTimes)
    return [finding("no-times", "note", E, E, "plays", { fix: "--set split.kind=leave-one-out" }), ...found];
  const tied: number[] = [];
  const back: number[] = [];
  for (let row = 1; row < E; row++) {
    if (log.users[row] !== log.users[row - 1]) continue;
    if (log.times[row] === log.times[row - 1] && log.items[row] !== log.items[row - 1]) tied.push(row);
    if (log.lines[row] < log.lines[row - 1]) back.push(row);
  }
  const examples = (rows: readonly number[]) => rows.slice(0, MOST_EXAMPLES).map((row) => playExample(log, row));
  if (tied.length > 0)
    found.push(
      finding("tied-times", graded(tied.length / E, 0.01, 0.5), tied.length, E, "plays", { examples: examples(tied) }),
    );
  const step = E >= 20 ? timeStep(log.times) : null;
  if (step)
    found.push(
      finding("coarse-times", step.seconds > 60 ? "warning" : "note", E, E, "plays", {
        values: { step: step.name },
      }),
    );
  if (back.length > 0)
    found.push(finding("out-of-order", "note", back.length, E, "plays", { examples: examples(back) }));
  return found;
}

/**
 * Where items have numbers and these nearly always rise, the file was sorted by item within its ties: no order of listening.
 * An album that is played through rises too, but a log holds many and starts them anew.
 */
export function sortedItems(log: EventLog): Finding[] {
  const ids = log.itemIds.map((id) => (id.trim() === "" ? Number.NaN : Number(id)));
  let steps = 0;
  let rising = 0;
  const rows: number[] = [];
  for (let row = 1; row < log.users.length; row++) {
    const step = ids[log.items[row]] - ids[log.items[row - 1]];
    if (log.users[row] !== log.users[row - 1] || step === 0 || Number.isNaN(step)) continue;
    steps++;
    if (step > 0 && ++rising <= MOST_EXAMPLES) rows.push(row);
  }
  if (steps < FEWEST_STEPS || rising < MOST_RISING * steps) return [];
  const examples = rows.map((row) => playExample(log, row, log.itemIds[log.items[row]]));
  return [finding("sorted-items", "warning", rising, steps, "steps", { examples })];
}
