import type { Finding } from "../../src/data/audit/index.js";
import type { CleaningOptions } from "../../src/data/index.js";
import { cleaningSchema, type RawLog } from "../../src/data/index.js";
import { findColumns } from "../../src/data/schema.js";

/** 1 May 2024, noon UTC. */
export const MAY = Date.UTC(2024, 4, 1, 12) / 1000;

/** A raw log as a reader would have made it from these rows; line 1 is the header. */
export function rawLog(header: readonly string[], rows: readonly (readonly (string | number)[])[]): RawLog {
  const roles = findColumns(header, {});
  return {
    path: "made.csv",
    columns: new Map([...roles].map(([role, at]) => [role, rows.map((row) => String(row[at] ?? ""))])),
    lines: rows.map((_, row) => row + 2),
    badRows: { count: 0, samples: [] },
    detected: {
      format: "table",
      encoding: "utf-8",
      header,
      roles: Object.fromEntries([...roles].map(([role, at]) => [role, header[at]])),
    },
  };
}

/** Cleaning options with the defaults filled in, and a fixed end of time. */
export function cleaning(options: Partial<CleaningOptions> = {}): CleaningOptions {
  return cleaningSchema.parse({ latest: Date.UTC(2027, 0, 1) / 1000, ...options });
}

/** The findings by code. */
export function byCode(findings: readonly Finding[]): Record<string, Finding> {
  return Object.fromEntries(findings.map((found) => [found.code, found]));
}

/** The codes that are no notes. */
export function loud(findings: readonly Finding[]): string[] {
  return findings.filter(({ severity }) => severity !== "note").map(({ code }) => code);
}
