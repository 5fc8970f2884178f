// A made-up log of the size and layout of Last.fm-1K: user by user, the newest play first, with the usual dirt.
import { closeSync, openSync, writeSync } from "node:fs";
import { Random } from "../../dist/core/random.js";

const WORDS =
  "love night blue heart rain city dance summer ghost river light home fire dream stone moon wild young gold sea".split(
    " ",
  );
const OTHER = ["Café", "夜に駆ける", "Björk", "群青", "Señorita", "봄날", "Ｗｉｄｅ", "Ágætis byrjun"];
const HEADER = "user_id,timestamp,artist_id,artist_name,track_id,track_name,ms_played\n";
const LONGEST_LINE = 1 << 10;

/**
 * Writes `rows` plays as CSV with a header, and returns the number of bytes. The same seed gives the same bytes.
 *
 * Per thousand rows: 10 copies of the row before, 2 without a user, 3 with an impossible time, 2 without a track, 30 shorter
 * than 30 s, 0.5 with a field too few. 4 % of titles need quotes, 5 % hold letters beyond ASCII.
 */
export function writePlays(path, rows, seed = 1) {
  const random = Random.stream(seed, "plays", rows);
  const share = rows / 20e6;
  const users = Math.max(12, Math.round(992 * Math.sqrt(share)));
  const { text, start } = catalogue(Math.max(2000, Math.round(1.5e6 * share ** 0.7)), random);
  const tracks = start.length - 1;
  const file = openSync(path, "wx");
  const out = Buffer.allocUnsafe(1 << 22);
  const last = Buffer.alloc(LONGEST_LINE);
  const recent = new Int32Array(512);
  let lastLength = 0;
  let at = out.write(HEADER, 0, "latin1");
  let size = 0;
  for (let user = 0, row = 0; user < users; user++) {
    const end = user === users - 1 ? rows : Math.round(((user + 1) * rows) / users);
    const name = `user_${String(user + 1).padStart(6, "0")},`;
    recent.fill(-1);
    let time = 1_240_000_000 + random.integer(5_000_000);
    for (; row < end; row++) {
      if (at > out.length - LONGEST_LINE) {
        size += writeSync(file, out, 0, at);
        at = 0;
      }
      const lot = random.uniform();
      if (lot < 0.01 && lastLength > 0) {
        at += last.copy(out, at, 0, lastLength);
        continue;
      }
      const from = at;
      time -= random.uniform() < 0.9 ? 120 + random.integer(240) : 1800 + random.integer(100_000);
      const again = recent[random.integer(recent.length)];
      const track = again >= 0 && random.uniform() < 0.6 ? again : Math.floor(tracks * random.uniform() ** 4);
      recent[row % recent.length] = track;
      at += out.write(lot < 0.012 ? "," : name, at, "latin1");
      at += out.write(lot >= 0.012 && lot < 0.015 ? "0000-00-00T00:00:00Z," : isoTime(time), at, "latin1");
      at += lot >= 0.015 && lot < 0.017 ? out.write(",,,", at) : text.copy(out, at, start[track], start[track + 1]);
      const length = random.uniform() < 0.03 ? random.integer(30_000) : 30_000 + random.integer(300_000);
      at += out.write(lot >= 0.017 && lot < 0.0175 ? "\n" : `,${length}\n`, at, "latin1");
      lastLength = out.copy(last, 0, from, at);
    }
  }
  size += writeSync(file, out, 0, at);
  closeSync(file);
  return size;
}

/** "artist id,artist name,track id,track name" of each track, behind each other in one buffer. */
function catalogue(tracks, random) {
  const text = Buffer.allocUnsafe(tracks * 160);
  const start = new Int32Array(tracks + 1);
  const word = () => WORDS[random.integer(WORDS.length)];
  for (let track = 0, at = 0; track < tracks; track++) {
    const artist = Math.floor(track / 14);
    const lot = random.uniform();
    const title = `${lot < 0.05 ? OTHER[random.integer(OTHER.length)] : word()} ${word()} ${track}`;
    const quoted = lot >= 0.05 && lot < 0.09 ? `"${title}, ""live"""` : title;
    at += text.write(`${uuid(artist, 1)},${WORDS[artist % 20]} ${artist},${uuid(track, 2)},${quoted}`, at);
    start[track + 1] = at;
  }
  return { text, start };
}

/** A text of the form of a MusicBrainz id. */
function uuid(number, kind) {
  const hex = [1, 2, 3, 4].map((part) => (Math.imul(number * 4 + part, 0x9e3779b1 * kind) >>> 0).toString(16));
  const all = hex.map((part) => part.padStart(8, "0")).join("");
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-${all.slice(12, 16)}-${all.slice(16, 20)}-${all.slice(20)}`;
}

let day = -1;
let dayText = "";

/** ISO-8601 with a comma behind it. */
function isoTime(seconds) {
  const ofDay = seconds % 86_400;
  if (day !== seconds - ofDay) {
    day = seconds - ofDay;
    dayText = new Date(day * 1000).toISOString().slice(0, 11);
  }
  return `${dayText}${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}Z,`;
}

function two(number) {
  return number < 10 ? `0${number}` : `${number}`;
}
