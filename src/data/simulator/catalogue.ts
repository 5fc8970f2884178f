import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { RefrainError } from "../../core/errors.js";
import { MOODS } from "./parameters.js";

/** Columns of catalogue.csv, in order. */
const COLUMNS = ["id", "artist", "artist_romanised", "title", "title_romanised", "country", "year", "style", "mood"];

/** A real song: facts, and two judgements (style and mood) by those who made the catalogue. */
export interface Song {
  /** `artist - title` in native script: the track column of the log. */
  readonly id: string;
  readonly artist: string;
  readonly artistRomanised: string;
  readonly title: string;
  readonly titleRomanised: string;
  readonly country: "JP" | "KR";
  readonly year: number;
  readonly style: string;
  /** One of `MOODS`. */
  readonly mood: string;
}

/**
 * Reads catalogue.csv: one row for each song, in the order that stands for the order of an artist's albums.
 *
 * @throws {RefrainError} FILE_NOT_FOUND; COLUMN_UNKNOWN when a column is missing; ARGUMENT_INVALID for a wrong row
 */
export function readCatalogue(path: string): Song[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new RefrainError("FILE_NOT_FOUND", `The catalogue ${path} could not be read.`, { path }, { cause });
  }
  const rows = parse(text, { columns: true, skip_empty_lines: true }) as Record<string, string>[];
  for (const column of COLUMNS)
    if (rows[0]?.[column] === undefined)
      throw new RefrainError("COLUMN_UNKNOWN", `The catalogue ${path} has no column ${column}.`, { path, column });
  const songs = rows.map(
    (row): Song => ({
      id: row.id,
      artist: row.artist,
      artistRomanised: row.artist_romanised,
      title: row.title,
      titleRomanised: row.title_romanised,
      country: row.country as "JP" | "KR",
      year: Number(row.year),
      style: row.style,
      mood: row.mood,
    }),
  );
  checkCatalogue(songs);
  return songs;
}

/**
 * Checks what the simulator relies on: at least 12 artists with 2 songs, distinct ids, known countries and moods.
 *
 * @throws {RefrainError} ARGUMENT_INVALID with the row at fault
 */
export function checkCatalogue(songs: readonly Song[]): void {
  const ids = new Set<string>();
  const artists = new Map<string, number>();
  songs.forEach((song, row) => {
    const wrong = (what: string) =>
      new RefrainError("ARGUMENT_INVALID", `Catalogue row ${row + 1} (${song.id}): ${what}.`, { row, id: song.id });
    if (song.id !== `${song.artist} - ${song.title}`) throw wrong("id must be `artist - title`");
    if (song.id !== song.id.normalize("NFC")) throw wrong("text must be in Unicode form NFC");
    if (/[\r\n]/.test(song.id)) throw wrong("id must be one line");
    const folded = foldTitle(song.id);
    if (ids.has(folded)) throw wrong("id must be distinct, also after NFKC and lower case");
    ids.add(folded);
    if (song.country !== "JP" && song.country !== "KR") throw wrong("country must be JP or KR");
    if (!(MOODS as readonly string[]).includes(song.mood)) throw wrong(`mood must be one of ${MOODS.join(", ")}`);
    if (!song.style) throw wrong("style is empty");
    artists.set(song.artist, (artists.get(song.artist) ?? 0) + 1);
  });
  const several = [...artists.values()].filter((count) => count >= 2).length;
  if (several < 12)
    throw new RefrainError("ARGUMENT_INVALID", `The catalogue needs 12 artists with 2 songs or more, got ${several}.`);
}

/** A track text with spellings of the same track made equal: NFKC, single spaces, lower case. */
export function foldTitle(text: string): string {
  return text.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();
}
