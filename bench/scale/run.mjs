// npm run bench -- scale: how time and memory grow with events, items, users, length and units. Writes docs/scale.svg and the
// table in docs/scale.md. Each point is a process of its own; a size that would take too long is left out, and said so.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { oneOf, readOptions } from "../flags.mjs";
import { writeScale } from "./results.mjs";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** What grows, and what stays. Every axis is measured by `point.mjs`. */
export const AXES = {
  items: { sizes: [3416, 10_000, 30_000, 100_000, 300_000, 1_000_000], unit: "items" },
  users: { sizes: [1000, 10_000, 100_000, 1_000_000], unit: "users" },
  length: { sizes: [16, 32, 64, 128, 256], unit: "plays of a window" },
  units: { sizes: [64, 128, 256, 512, 1024], unit: "units" },
};
/** Seconds in which a point must have ended. */
const MOST = 240;

export async function runScale(args) {
  const flags = readOptions(
    help(),
    {
      axis: { type: "string", multiple: true },
      out: { type: "string", default: join(root, ".cache", "bench-scale") },
      again: { type: "boolean", default: false },
    },
    args,
  );
  oneOf("axis", flags.axis, Object.keys(AXES));
  mkdirSync(flags.out, { recursive: true });
  for (const axis of flags.axis ?? Object.keys(AXES))
    for (const size of AXES[axis].sizes) {
      const path = join(flags.out, `${axis}-${size}.json`);
      if (existsSync(path) && !flags.again) continue;
      const result = await point(axis, size);
      writeFileSync(path, JSON.stringify(result));
      console.log(`${axis} ${size.toLocaleString("en-US")}: ${JSON.stringify(result)}`);
      if (result.left) break;
    }
  const results = Object.fromEntries(
    Object.entries(AXES).map(([axis, { sizes }]) => [
      axis,
      sizes.flatMap((size) => {
        const path = join(flags.out, `${axis}-${size}.json`);
        return existsSync(path) ? [{ size, ...JSON.parse(readFileSync(path, "utf8")) }] : [];
      }),
    ]),
  );
  writeScale(root, results, AXES);
}

async function point(axis, size) {
  try {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, "point.mjs"), axis, String(size)], {
      timeout: MOST * 1000,
    });
    return JSON.parse(stdout.trim().split("\n").at(-1));
  } catch (error) {
    return { left: error.killed ? `more than ${MOST} s` : "not enough memory, or an error" };
  }
}

function help() {
  return `npm run bench -- scale [options]
  --axis NAME    ${Object.keys(AXES).join(", ")}; may be given again
  --again        measures what is in the folder already
  --out FOLDER   keeps what was measured (default .cache/bench-scale)
Ends within ten minutes. Events are measured by \`npm run bench -- data\`.`;
}
