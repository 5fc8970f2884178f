import { parquetWriteBuffer } from "hyparquet-writer";
import { checkLength } from "../core/check.js";
import { writeFileAtomic } from "../core/files.js";
import { quoted } from "../data/index.js";
import { type Evaluation, meanGains } from "./evaluate.js";

/** One column of a per-user table. */
interface Column {
  readonly name: string;
  readonly data: readonly string[] | Int32Array | Float64Array;
}

/**
 * Writes one row for each scorer and user: its cases, and the mean of every metric over them, atomically. The ending of the
 * path says the format: .parquet, else CSV with a header.
 *
 * Parquet columns are strings, int32 (cases) and doubles. In CSV a cell of the user's text that a spreadsheet would run as a
 * formula gets an apostrophe before it.
 *
 * @param userIds id of each user code, such as `histories.split.log.userIds`
 * @throws {RefrainError} FILE_WRITE_FAILED; SHAPE_MISMATCH when a user code has no id
 */
export function exportUsers(path: string, evaluations: readonly Evaluation[], userIds: readonly string[]): void {
  const columns = userColumns(evaluations, userIds);
  writeFileAtomic(path, path.toLowerCase().endsWith(".parquet") ? [parquetOf(columns)] : csvOf(columns));
}

function parquetOf(columns: readonly Column[]): Uint8Array {
  const columnData = columns.map(({ name, data }) => ({
    name,
    data,
    nullable: false,
    type:
      data instanceof Int32Array
        ? ("INT32" as const)
        : data instanceof Float64Array
          ? ("DOUBLE" as const)
          : ("STRING" as const),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData: columnData as never }));
}

function userColumns(evaluations: readonly Evaluation[], userIds: readonly string[]): Column[] {
  const scorers: string[] = [];
  const users: string[] = [];
  const counts: number[] = [];
  const names = evaluations[0]?.metrics.map(({ name }) => name) ?? [];
  const means: number[][] = names.map(() => []);
  for (const evaluation of evaluations) {
    const { scorer, userCodes } = evaluation;
    const gains = names.map((name) => meanGains(evaluation, name));
    for (const [code, cases] of Array.from(casesOfUsers(userCodes)).sort(([a], [b]) => a - b)) {
      if (code >= userIds.length) checkLength("userIds", userIds.length, code + 1);
      scorers.push(scorer);
      users.push(userIds[code]);
      counts.push(cases.length);
      gains.forEach((gain, m) => {
        means[m].push(cases.reduce((sum, n) => sum + gain[n], 0) / cases.length);
      });
    }
  }
  return [
    { name: "scorer", data: scorers },
    { name: "user", data: users },
    { name: "cases", data: Int32Array.from(counts) },
    ...names.map((name, m) => ({ name, data: Float64Array.from(means[m]) })),
  ];
}

function casesOfUsers(userCodes: Int32Array): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  userCodes.forEach((code, n) => {
    const own = groups.get(code);
    if (own) own.push(n);
    else groups.set(code, [n]);
  });
  return groups;
}

function* csvOf(columns: readonly Column[]): Generator<Uint8Array> {
  yield Buffer.from(`${columns.map(({ name }) => name).join(",")}\n`);
  const rows = columns[0].data.length;
  for (let from = 0; from < rows; from += 10_000) {
    const lines: string[] = [];
    for (let row = from; row < Math.min(rows, from + 10_000); row++)
      lines.push(columns.map(({ data }) => fieldOf(data[row])).join(","));
    yield Buffer.from(`${lines.join("\n")}\n`);
  }
}

function fieldOf(value: string | number): string {
  if (typeof value === "number") return String(value);
  return quoted(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
}
