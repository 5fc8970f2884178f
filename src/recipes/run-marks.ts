import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../core/files.js";
import { readRecord } from "./run-folder.js";

const MOST_TAGS = 20;
const LONGEST_TAG = 40;

/** What a person says about a run: `marks.json` in its folder. It changes nothing about the run itself. */
export interface RunMarks {
  readonly tags: readonly string[];
  readonly pinned: boolean;
  readonly archived: boolean;
}

/** Changes of marks as they come from outside: tags are trimmed, and each counts once. */
export const runMarksSchema: z.ZodType<{ [Name in keyof RunMarks]?: RunMarks[Name] | undefined }> = z
  .strictObject({
    tags: z
      .array(z.string().trim().min(1).max(LONGEST_TAG))
      .max(MOST_TAGS)
      .transform((tags) => [...new Set(tags)]),
    pinned: z.boolean(),
    archived: z.boolean(),
  })
  .partial();

const NONE: RunMarks = { tags: [], pinned: false, archived: false };

/** Marks of the run in a folder; the usual ones where nobody marked it, or where the file is damaged. */
export function readMarks(folder: string): RunMarks {
  const path = join(folder, "marks.json");
  if (!existsSync(path)) return NONE;
  try {
    return { ...NONE, ...runMarksSchema.parse(JSON.parse(readFileSync(path, "utf8"))) };
  } catch {
    return NONE;
  }
}

/**
 * Changes some marks of the run in a folder and returns all of them.
 *
 * @throws {RefrainError} RUN_NOT_FOUND, RUN_DAMAGED; FILE_WRITE_FAILED
 */
export function changeMarks(folder: string, change: Partial<RunMarks>): RunMarks {
  readRecord(folder);
  const marks = { ...readMarks(folder), ...runMarksSchema.parse(change) };
  writeFileAtomic(join(folder, "marks.json"), `${JSON.stringify(marks)}\n`);
  return marks;
}
