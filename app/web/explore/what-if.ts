// A listener's history with changes on top: pure, so that undo is taking the last change away.
import type { Play, Song } from "../../engine/protocol.js";

/** One play of the history that the model is asked about. */
export interface Entry extends Song {
  readonly key: string;
  readonly time: number | null;
  readonly known: boolean;
  /** True where a person put it in or moved it. */
  readonly changed: boolean;
}

export type Edit =
  | { readonly type: "remove"; readonly key: string }
  /** Puts a song before the entry with this key; null puts it at the end. */
  | { readonly type: "insert"; readonly song: Song; readonly before: string | null }
  | { readonly type: "move"; readonly key: string; readonly by: number };

/** The plays before a place of the timeline. */
export function entriesOf(plays: readonly Play[], now: number): Entry[] {
  return plays.slice(0, now).map((play, place) => ({ ...play, key: `play-${place}`, changed: false }));
}

/**
 * The history after all edits, in their order. An edit of an entry that is gone does nothing.
 *
 * Moments stay where they are and songs move between them; a song that is put in is heard soon after the one before it.
 */
export function applyEdits(base: readonly Entry[], edits: readonly Edit[]): Entry[] {
  const entries = [...base];
  edits.forEach((edit, number) => {
    if (edit.type === "insert") {
      const at = edit.before === null ? -1 : entries.findIndex(({ key }) => key === edit.before);
      const entry = { ...edit.song, key: `new-${number}`, time: null, known: true, changed: true };
      entries.splice(at < 0 ? entries.length : at, 0, entry);
      return;
    }
    const at = entries.findIndex(({ key }) => key === edit.key);
    if (at < 0) return;
    const [entry] = entries.splice(at, 1);
    if (edit.type === "remove") return;
    const to = Math.max(0, Math.min(entries.length, at + edit.by));
    entries.splice(to, 0, { ...entry, changed: true });
  });
  return retimed(entries);
}

/** Seconds from a play to one that is put in behind it: a song's length. */
const SONG = 240;

function retimed(entries: readonly Entry[]): Entry[] {
  const moments = entries.flatMap(({ time }) => time ?? []).sort((a, b) => a - b);
  let taken = 0;
  let last: number | null = null;
  return entries.map((entry) => {
    if (moments.length === 0) return entry;
    const next = moments[taken] as number | undefined;
    if (entry.time !== null) {
      last = moments[taken++];
      return entry.time === last ? entry : { ...entry, time: last };
    }
    const pause: number = last === null || next === undefined ? SONG : Math.min(SONG, (next - last) / 2);
    last = last === null ? (next as number) - pause : last + pause;
    return { ...entry, time: last };
  });
}

/** How many first plays were heard by a moment, in seconds since 1970. */
export function playsUntil(plays: readonly Pick<Play, "time">[], moment: number): number {
  const later = plays.findIndex(({ time }) => time !== null && time > moment);
  return later < 0 ? plays.length : later;
}

/** A run of plays without a long pause. */
export interface Sitting {
  readonly start: number | null;
  readonly entries: readonly Entry[];
}

/** Cuts a history at pauses longer than `gapMinutes`. Entries without a time stay with the one before. */
export function sittings(entries: readonly Entry[], gapMinutes: number): Sitting[] {
  const found: { start: number | null; entries: Entry[] }[] = [];
  let last: number | null = null;
  for (const entry of entries) {
    const gap = entry.time !== null && last !== null && entry.time - last > gapMinutes * 60;
    if (found.length === 0 || gap) found.push({ start: entry.time, entries: [] });
    found[found.length - 1].entries.push(entry);
    last = entry.time ?? last;
  }
  return found;
}

/** How far an item rose since another list: 3 is three places up; null where it was in no place of that list. */
export function rise(rank: number, before: number | undefined): number | null {
  return before === undefined ? null : before - rank;
}
