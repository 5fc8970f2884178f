import type { RawLog } from "./read.js";

/**
 * Several logs as one, such as the files of a split: the rows of the second follow those of the first, and its line numbers
 * go on behind them. A column that one of them lacks is empty there. What was detected is that of the first.
 *
 * @param logs at least one
 * @returns the log, and for each part the number behind which its lines are
 */
export function joinLogs(logs: readonly RawLog[]): { readonly raw: RawLog; readonly linesFrom: readonly number[] } {
  const [first] = logs;
  if (logs.length === 1) return { raw: first, linesFrom: [0] };
  const linesFrom: number[] = [];
  let last = 0;
  const lines: number[] = [];
  const samples: RawLog["badRows"]["samples"][number][] = [];
  for (const { lines: own, badRows } of logs) {
    const from = last;
    linesFrom.push(from);
    for (const line of own) last = Math.max(last, lines[lines.push(line + from) - 1]);
    for (const sample of badRows.samples) {
      samples.push({ ...sample, line: sample.line + from });
      last = Math.max(last, sample.line + from);
    }
  }
  const roles = new Set(logs.flatMap(({ columns }) => [...columns.keys()]));
  const columns = new Map(
    Array.from(roles, (role) => [
      role,
      logs.flatMap((log) => log.columns.get(role) ?? new Array<string>(log.lines.length).fill("")),
    ]),
  );
  const count = logs.reduce((sum, { badRows }) => sum + badRows.count, 0);
  const raw = { ...first, columns, lines, badRows: { count, samples: samples.slice(0, 5) } };
  return { raw, linesFrom };
}
