import { auditData, RefrainError, type RunConfig, readSource } from "refrain";
import type { AuditSummary, DataPreview } from "./protocol.js";

const PREVIEW_ROWS = 12;
const POPULARITY_POINTS = 200;
/** Longest text of a cell that a preview shows. */
const LONGEST_CELL = 120;

/** Columns of a log that are shown where none of them could be told. */
const MOST_COLUMNS = 200;

/** What was detected in a log, with its first rows; the names of its columns alone where a person must say what they are. */
export async function preview(config: RunConfig, onProgress: (rows: number) => void): Promise<DataPreview> {
  let raw: Awaited<ReturnType<typeof readSource>>["raw"];
  try {
    ({ raw } = await readSource(config, onProgress));
  } catch (error) {
    const unknown = error instanceof RefrainError && error.code === "COLUMN_UNKNOWN" ? error.details.header : undefined;
    if (!Array.isArray(unknown)) throw error;
    return { detected: null, columns: unknown.slice(0, MOST_COLUMNS).map(String), rows: [], roles: [], count: 0 };
  }
  const roles = [...raw.columns.keys()];
  const rows = raw.lines
    .slice(0, PREVIEW_ROWS)
    .map((_, row) => roles.map((role) => (raw.columns.get(role)?.[row] ?? "").slice(0, LONGEST_CELL)));
  return {
    detected: raw.detected,
    columns: raw.detected.header,
    rows,
    roles,
    count: raw.lines.length + raw.badRows.count,
  };
}

/** The audit of a log without what is as long as the log. */
export async function summarise(config: RunConfig, onProgress: (rows: number) => void): Promise<AuditSummary> {
  const { events, ...found } = await auditData(config, onProgress);
  if (!events) return { ...found, profile: null, gaps: null, popularity: [] };
  const plays = events.counts.perItem.slice().sort().reverse();
  const points = Math.min(POPULARITY_POINTS, plays.length);
  // Ranks on a logarithmic scale: the head is where the curve bends.
  const ranks = new Set(Array.from({ length: points }, (_, i) => Math.round(plays.length ** ((i + 1) / points))));
  const popularity = [...ranks].map((rank): [number, number] => [rank, plays[rank - 1]]);
  return { ...found, profile: events.profile, gaps: events.gaps, popularity };
}
