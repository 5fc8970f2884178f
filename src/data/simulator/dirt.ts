// What goes wrong between a player and the log, planted with its truth known.

import type { Random } from "../../core/random.js";
import { isoTime, type LocalSeconds, PLACES, type Place, toUtc } from "./calendar.js";
import { VALUES as P } from "./parameters.js";
import { between, type World } from "./world.js";

/** Order of the kinds in `Truth.kind`. Every row of the log has exactly one. */
export const KINDS = ["play", "variant", "duplicate", "skip", "clock", "bot", "broken", "missing"] as const;
export type Kind = (typeof KINDS)[number];

/** The fields of a row before they are written. */
export interface Fields {
  readonly user: string;
  readonly track: string;
  readonly at: LocalSeconds;
  readonly place: Place;
  /** @unit milliseconds */
  readonly played: number;
  readonly source: string;
}

/** A line of the log and what it is. */
export interface Line {
  readonly text: string;
  readonly kind: Kind;
}

/** A row as CSV. Fields are quoted only where they must be. */
export function csvLine({ user, track, at, place, played, source }: Fields, time: string = isoTime(at, place)): string {
  return `${user},${quoted(track)},${time},${played},${source}`;
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The lines that a true play leaves in the log: nearly always one. A play that arrives broken, without a field or with a
 * wrong clock is lost for good, as it is in a real log.
 *
 * @param anyTrack a track for an extra row
 */
export function dirtied(fields: Fields, random: Random, anyTrack: () => string): Line[] {
  const text = csvLine(fields);
  let left = random.uniform();
  const happens = (share: number): boolean => {
    left -= share;
    return left < 0;
  };
  if (happens(P.duplicateShare))
    return [
      { text, kind: "play" },
      { text, kind: "duplicate" },
    ];
  if (happens(P.variantShare))
    return [{ text: csvLine({ ...fields, track: respelt(fields.track, random) }), kind: "variant" }];
  if (happens(P.missingShare)) return [{ text: withoutField(fields, random), kind: "missing" }];
  if (happens(P.clockShare / 2)) return [{ text: csvLine(fields, wrongTime(fields, random)), kind: "clock" }];
  if (happens(P.clockShare / 2)) {
    const extra = { ...fields, track: anyTrack() };
    return [
      { text, kind: "play" },
      { text: csvLine(extra, wrongTime(extra, random)), kind: "clock" },
    ];
  }
  if (happens(P.brokenShare)) return [{ text: broken(text, random), kind: "broken" }];
  return [{ text, kind: "play" }];
}

/** 1 January 1970 just after midnight UTC, where an unset clock starts, or 2099. */
function wrongTime({ at, place }: Fields, random: Random): string {
  if (random.uniform() < 0.5) return isoTime(at, place, 2099);
  const seconds = place.offset * 60 + random.integer(600);
  return seconds >= 0 ? isoTime(seconds, place, 1970) : isoTime(364 * 86400 + 86400 + seconds, place, 1969);
}

function withoutField(fields: Fields, random: Random): string {
  const which = random.integer(3);
  if (which === 0) return csvLine({ ...fields, user: "" });
  return which === 1 ? csvLine({ ...fields, track: "" }) : csvLine(fields, "");
}

/** The same track spelt so that NFKC, single spaces and trimming give it back. */
function respelt(track: string, random: Random): string {
  const spellings = [fullWidth(track), track.normalize("NFD"), track.replace(" - ", "  -  "), ` ${track} `].filter(
    (spelling) => spelling !== track,
  );
  return spellings[random.integer(spellings.length)];
}

/** ASCII letters and digits as their full-width forms. */
function fullWidth(text: string): string {
  return text.replace(/[0-9A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
}

/**
 * A line that is no row. Never an opening quote without its end, and never a line end: whoever reads line by line or with
 * a CSV parser loses this one line and no other.
 */
function broken(text: string, random: Random): string {
  const which = random.integer(4);
  const [user, ...rest] = text.replaceAll('"', "").split(",");
  if (which === 0) return user; // cut off after the user
  if (which === 1) return `${user},${rest[0].slice(0, 3)}`; // cut off within the track
  if (which === 2) return `${text},,0,retry,${text.length}`; // fields of another version
  // Unreadable, but without control characters, so that the file stays text.
  return `\uFFFD\uFFFD${between(random, [1000, 9999])}\uFFFD`;
}

/** A row of a stream farm's account with its moment. */
export interface BotRow extends Fields {
  /** @unit seconds since 1970 UTC */
  readonly utc: number;
}

/** One account: a few songs in turn, in exactly equal gaps, day and night. */
export function botRows(world: World, user: string, random: Random): BotRow[] {
  const place = PLACES[random.integer(3)];
  const there = Int32Array.from(world.songs.keys()).filter((song) => world.releaseDay[song] === 0);
  const songs = random.shuffle(there).subarray(0, between(random, P.botSongs));
  const gap = between(random, P.botGap);
  const start = random.integer(360 * 86400);
  return Array.from({ length: between(random, P.botPlays) }, (_, k) => {
    const at = start + k * gap;
    const track = world.songs[songs[k % songs.length]].id;
    return { user, track, at, place, played: (gap - 1) * 1000, source: "web", utc: toUtc(at, place) };
  });
}
