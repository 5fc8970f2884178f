// One process of the fuzz run: makes its share of damaged files and reads each. Says after each what came out.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefrainError } from "../../src/core/errors.js";
import { Random } from "../../src/core/random.js";
import { cleanInArrays } from "../../src/data/arrays/clean.js";
import { cleaningSchema, cleanLog, hashEvents, readHead, readLog } from "../../src/data/index.js";
import { plainFile } from "../../src/data/large/plain-file.js";
import { KEEP_ALL } from "../data/helpers.js";
import { LAYOUT_FILES } from "../support/layouts.js";
import { zipOf } from "../support/zip.js";
import { damagedGzip, MUTATIONS } from "./mutations.js";

/** What came out of one file: "clean", "clean with bad rows" or a code; or why it broke the contract. */
export interface Outcome {
  readonly number: number;
  readonly layout: string;
  readonly container: string;
  readonly outcome: string;
  readonly broke?: string;
  readonly milliseconds: number;
}

const LAYOUTS = Object.entries(LAYOUT_FILES);
const CONTAINERS = ["plain", "plain", "plain", "gzip", "zip", "damaged zip", "folder"] as const;
/** Parquet is stopped after some five seconds by its reader; everything else must be much faster. */
const SECONDS = 12;
const CLEANING = cleaningSchema.parse({ ...KEEP_ALL, maxBadShare: 1 });
/** Every fourth file is read in both ways. */
const SCANNED = 4;
/** Bytes of a block of the scanner. */
const BLOCK_BYTES = 257;

/** Writes damaged file `number` below `folder` and returns the path to read with how it was made. */
export function damagedFile(folder: string, seed: number, number: number): { path: string; made: string[] } {
  const random = Random.stream(seed, "fuzz", number);
  const [layout, one] = LAYOUTS[random.integer(LAYOUTS.length)];
  const container = CONTAINERS[random.integer(CONTAINERS.length)];
  const names = Object.keys(MUTATIONS);
  const done: string[] = [];
  const damage = (content: string | Uint8Array): Buffer => {
    let bytes: Buffer = Buffer.from(content);
    for (let n = random.integer(3); n >= 0; n--) {
      const name = names[random.integer(names.length)];
      done.push(name);
      bytes = MUTATIONS[name](bytes, random);
    }
    return bytes;
  };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const bytes = damage(one.content);
  let path = join(folder, one.file);
  if (container === "plain") writeFileSync(path, bytes);
  else if (container === "gzip") writeFileSync(path, damagedGzip(bytes, random));
  else {
    const beside = Object.entries(one.beside ?? { "notes.txt": "hello\n" }).map(
      ([file, content]) => [file, random.integer(2) === 0 ? damage(content) : Buffer.from(content)] as const,
    );
    const members = [...beside, [one.file, bytes] as const, [`2-${one.file}`, damage(one.content)] as const];
    if (container === "folder") {
      for (const [file, content] of members) writeFileSync(join(folder, file), content);
      path = folder;
    } else {
      const zip = zipOf(members.map(([name, content]) => ({ name, content })));
      path = join(folder, "log.zip");
      writeFileSync(path, container === "zip" ? zip : damage(zip));
    }
  }
  return { path, made: [layout, container, ...done] };
}

/** What the way of large logs makes of a file, in blocks that cut many lines; undefined where that way is not for it. */
async function scan(path: string): Promise<{ hash: string; report: string } | undefined> {
  const head = await readHead(path);
  const file = await plainFile(path, head, {});
  const cleaned = file && (await cleanInArrays(file, head, CLEANING, { blockBytes: BLOCK_BYTES }));
  return cleaned && { hash: hashEvents(cleaned.log), report: JSON.stringify(cleaned.report) };
}

/** Reads and cleans one file and holds the result to the contract. */
async function judge(path: string, isScanned: boolean): Promise<{ outcome: string; broke?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${SECONDS} s`)), SECONDS * 1000);
  });
  try {
    const raw = await Promise.race([readLog(path), late]);
    const { lines, badRows } = raw;
    for (const [role, column] of raw.columns)
      if (column.length !== lines.length) return { outcome: "broken", broke: `column ${role} has another length` };
    const { log, report } = cleanLog(raw, CLEANING);
    const removed = report.steps.reduce((sum, step) => sum + step.removed, 0);
    if (report.read !== lines.length + badRows.count || report.kept + removed !== report.read)
      return { outcome: "broken", broke: `read ${report.read}, kept ${report.kept}, removed ${removed}` };
    const scanned = isScanned && raw.detected.format === "table" ? await scan(path) : undefined;
    if (scanned && (scanned.hash !== hashEvents(log) || scanned.report !== JSON.stringify(report)))
      return { outcome: "broken", broke: `arrays give another log: ${scanned.report}` };
    return { outcome: badRows.count > 0 ? "clean with bad rows" : "clean" };
  } catch (error) {
    if (error instanceof RefrainError && error.code !== "SHAPE_MISMATCH") return { outcome: error.code };
    return { outcome: "broken", broke: `${(error as Error).stack}` };
  } finally {
    clearTimeout(timer);
  }
}

/** Reads the files `first`, `first + step`, … below `end`, and tells each outcome and its number before it begins. */
export async function fuzz(
  { seed, first, step, end }: { seed: number; first: number; step: number; end: number },
  tell: (message: Outcome | { begins: number }) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "refrain-fuzz-"));
  try {
    for (let number = first; number < end; number += step) {
      tell({ begins: number });
      const { path, made } = damagedFile(join(folder, "log"), seed, number);
      const timed = async () => {
        const began = performance.now();
        return { result: await judge(path, number % SCANNED === 0), milliseconds: performance.now() - began };
      };
      let { result, milliseconds } = await timed();
      // On a busy machine anything may be late once; a reader that hangs is late again.
      if (milliseconds > SECONDS * 1000) ({ result, milliseconds } = await timed());
      const [layout, container] = made;
      const slow = milliseconds > SECONDS * 1000 ? { broke: `took ${milliseconds} ms` } : {};
      tell({ number, layout, container, ...slow, ...result, milliseconds });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.send && process.argv[2]) {
  // Without this it would go on alone when the run is killed.
  process.once("disconnect", () => process.exit());
  await fuzz(JSON.parse(process.argv[2]), (message) => process.send?.(message));
  process.disconnect();
}
