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

/** The history after all edits, in their order. An edit of an entry that is gone does nothing. */
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
  return entries;
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
