import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Reads a JSON file; undefined when it is absent or broken, which both mean "do it again". */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Writes a file that is either whole or not there: a temporary name first, then a rename. */
export function writeWhole(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

export function writeJson(path, value) {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** SHA-256 in hexadecimal of the given texts in turn. */
export function sha256OfText(...texts) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex");
}

export async function sha256OfFile(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 22 }), hash);
  return hash.digest("hex");
}

/** All files below a folder, as sorted paths; none when the folder is absent. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** One digest over names, sizes and times: reading thousands of sources at each start would be felt. */
export function signatureOf(paths) {
  const lines = paths.map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${path}\t${size}\t${mtimeMs}\n`;
  });
  return sha256OfText(...lines);
}

/** Bytes in a file; undefined when it is absent. */
export function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** Bytes in all files below a folder; files that vanish meanwhile count nothing. */
export function bytesBelow(folder) {
  try {
    return filesBelow(folder).reduce((sum, path) => sum + (sizeOf(path) ?? 0), 0);
  } catch {
    return 0;
  }
}

export function megabytesFree(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / 1e6);
}
