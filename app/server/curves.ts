import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine, StepPoint } from "./contract.js";

/** What the window showed of a training, beside the run: the server may end, and the curve is still there. */
export interface Curve {
  readonly steps: readonly StepPoint[];
  readonly log: readonly LogLine[];
}

const NAME = "curve.json";
const NONE: Curve = { steps: [], log: [] };

/** @param folder of the run. A run that was trained elsewhere has no curve */
export function readCurve(folder: string): Curve {
  try {
    const { steps, log } = JSON.parse(readFileSync(join(folder, NAME), "utf8")) as Partial<Curve>;
    return { steps: steps ?? [], log: log ?? [] };
  } catch {
    return NONE;
  }
}

/** A full disk costs the curve and nothing else: the run itself says what is wrong. */
export function writeCurve(folder: string, { steps, log }: Curve): void {
  try {
    writeFileSync(join(folder, `${NAME}.part`), JSON.stringify({ steps, log }));
    renameSync(join(folder, `${NAME}.part`), join(folder, NAME));
  } catch {
    // the curve of before stays
  }
}
