import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256, writeFileAtomic } from "../core/files.js";
import { CONTEXT, type SavedContext, WEIGHTS } from "./saved-model.js";
import { type NamedTensors, readTensorFile, writeTensorFile } from "./tensor-file.js";

/** Table with a row for each user; row 0 is the stand-in for users never seen. */
const USER_TABLE = "user/embedding";

/**
 * Takes users out of a saved model: their ids, their plays, and their rows of the user embedding. Needs no engine.
 *
 * What the item tables and layers have learned from their plays stays: only training again without them takes that away.
 *
 * @param isRemoved by id
 * @param isTold    true: nothing is written, only counted
 * @returns users and plays that were removed; none where the folder holds no model
 * @throws {RefrainError} CHECKPOINT_DAMAGED, FILE_WRITE_FAILED
 */
export function forgetUsers(
  folder: string,
  isRemoved: (id: string) => boolean,
  isTold = false,
): { readonly users: number; readonly plays: number } {
  const nobody = { users: 0, plays: 0 };
  if (!existsSync(join(folder, WEIGHTS)) || !existsSync(join(folder, CONTEXT))) return nobody;
  const saved = JSON.parse(readFileSync(join(folder, CONTEXT), "utf8")) as SavedContext;
  const kept = saved.users.flatMap((id, at) => (isRemoved(id) ? [] : [at + 1]));
  const users = saved.users.length - kept.length;
  if (users === 0) return nobody;
  const rows = [0, ...kept];
  const plays = saved.histories.reduce((sum, { length }) => sum + length, 0);
  const histories = rows.map((row) => saved.histories[row]);
  const found = { users, plays: plays - histories.reduce((sum, { length }) => sum + length, 0) };
  if (isTold) return found;
  const text = JSON.stringify({
    ...saved,
    users: kept.map((row) => saved.users[row - 1]),
    histories,
    times: saved.times && rows.map((row) => saved.times?.[row]),
  });
  const { meta, tensors } = readTensorFile<Record<string, unknown>>(join(folder, WEIGHTS));
  writeFileAtomic(join(folder, CONTEXT), text);
  writeTensorFile(join(folder, WEIGHTS), { ...meta, context: sha256(text) }, withRows(tensors, rows));
  return found;
}

function withRows(tensors: NamedTensors, rows: readonly number[]): NamedTensors {
  const table = tensors.get(USER_TABLE);
  if (!table) return tensors;
  const width = table.shape[1];
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    values.set(table.values.subarray(row * width, (row + 1) * width), at * width);
  });
  return new Map([...tensors, [USER_TABLE, { shape: [rows.length, width], values }]]);
}
