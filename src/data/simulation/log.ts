import { Random } from "../../core/random.js";
import { quoted } from "../write.js";
import { type Play, simulateListener } from "./listener.js";
import { MOODS, PARAMETERS as P } from "./parameters.js";
import { draw, makeWorld, type Song, type World } from "./world.js";

/** What a row of the log really is. Only "play" and "variant" (a true play in another spelling) are not dirt. */
export type RowKind = "play" | "variant" | "duplicate" | "skip" | "clock" | "bot" | "broken" | "missing";

/** A simulated log and the truth about each of its rows, in file order. */
export interface SimulatedLog {
  /** `plays.csv`, with its header. */
  readonly csv: string;
  /** `truth.csv`, with its header: one row for each row of the log. */
  readonly truth: string;
  readonly counts: Readonly<Record<RowKind, number>>;
}

interface LogRow {
  readonly time: number;
  readonly text: string;
  readonly kind: RowKind;
  readonly play?: Play;
}

/** The item id and title in the log: "artist - title". */
export function trackOf(song: Song): string {
  return `${song.artist} - ${song.title}`;
}

/** Simulates a log over a catalogue. The same arguments give the same bytes on every machine. */
export function simulateLog(
  songs: readonly Song[],
  options: {
    readonly listeners?: number;
    readonly seed?: number;
    readonly onProgress?: (done: number, all: number) => void;
  } = {},
): SimulatedLog {
  const { listeners = P.listeners, seed = P.seed, onProgress } = options;
  const world = makeWorld(songs, Random.stream(seed, "world"));
  const firstSecond = Date.parse(`${P.firstDay}T00:00:00Z`) / 1000;
  const rows: LogRow[] = [];
  for (let u = 0; u < listeners; u++) {
    const id = `L${String(u + 1).padStart(4, "0")}`;
    const dirt = Random.stream(seed, "dirt", u);
    for (const play of simulateListener(world, firstSecond, Random.stream(seed, "listener", u)))
      addPlay(rows, world, id, play, dirt);
    if (u % 100 === 99) onProgress?.(u + 1, listeners);
  }
  for (let b = 0; b < Math.ceil((P.bots * listeners) / P.listeners); b++)
    addBot(rows, world, `L${String(listeners + b + 1).padStart(4, "0")}`, firstSecond, Random.stream(seed, "bot", b));
  rows.sort((a, b) => a.time - b.time); // a stable sort: dirt stays behind the play it belongs to
  const counts: Record<RowKind, number> = {
    play: 0,
    variant: 0,
    duplicate: 0,
    skip: 0,
    clock: 0,
    bot: 0,
    broken: 0,
    missing: 0,
  };
  const csv = ["user,track,time,ms_played,source"];
  const truth = ["line,kind,oracle_rank,expected_hr10,expected_ndcg10,session,mood,move"];
  rows.forEach(({ text, kind, play }, i) => {
    counts[kind]++;
    csv.push(text);
    const known = play
      ? `${play.oracleRank},${play.expectedHr10.toFixed(6)},${play.expectedNdcg10.toFixed(6)},${play.session},${MOODS[play.mood]},${play.move}`
      : ",,,,,";
    truth.push(`${i + 2},${kind},${known}`);
  });
  return { csv: `${csv.join("\n")}\n`, truth: `${truth.join("\n")}\n`, counts };
}

const SOURCES: Readonly<Record<Play["move"], string>> = {
  first: "library",
  refrain: "library",
  run: "album",
  pick: "playlist",
};

function rowText(user: string, track: string, time: string, msPlayed: number, source: string): string {
  return [user, track, time, String(msPlayed), source].map(quoted).join(",");
}

/** ISO-8601 with the listener's offset. */
function localTime(time: number, offsetHours: number): string {
  const sign = offsetHours < 0 ? "-" : "+";
  const offset = `${sign}${String(Math.abs(offsetHours)).padStart(2, "0")}:00`;
  return new Date((time + offsetHours * 3600) * 1000).toISOString().slice(0, 19) + offset;
}

/** The row of a true play, and now and then a dirty row beside it. */
function addPlay(rows: LogRow[], world: World, user: string, play: Play, dirt: Random): void {
  const track = trackOf(world.songs[play.song]);
  const time = localTime(play.time, play.offsetHours);
  const source = SOURCES[play.move];
  const chance = (share: number) => dirt.uniform() < share;
  const spelling = chance(P.dirt.variant) ? otherSpelling(track, dirt) : track;
  const text = rowText(user, spelling, time, play.msPlayed, source);
  rows.push({ time: play.time, text, kind: spelling === track ? "play" : "variant", play });
  const add = (kind: RowKind, row: string) => rows.push({ time: play.time, text: row, kind });
  if (chance(P.dirt.duplicate)) add("duplicate", text);
  if (chance(P.dirt.skip)) {
    const other = trackOf(world.songs[dirt.integer(world.songs.length)]);
    add(
      "skip",
      rowText(user, other, localTime(play.time + 1, play.offsetHours), 1000 + dirt.integer(28_000), "playlist"),
    );
  }
  if (chance(P.dirt.clock)) {
    const wrong = dirt.uniform() < 0.5 ? "1970-01-01T09:00:00+09:00" : "2099-12-31T23:59:59+09:00";
    add("clock", rowText(user, track, wrong, play.msPlayed, source));
  }
  if (chance(P.dirt.broken))
    add("broken", dirt.uniform() < 0.5 ? text.slice(0, 3 + dirt.integer(4)) : `${user},"${track.replaceAll('"', "")}`);
  if (chance(P.dirt.missing)) {
    const empty = dirt.integer(3);
    add(
      "missing",
      rowText(empty === 0 ? "" : user, empty === 1 ? "" : track, empty === 2 ? "" : time, play.msPlayed, source),
    );
  }
}

/** The same title as other software writes it: full width, decomposed accents and kana, or stray spaces. */
function otherSpelling(track: string, dirt: Random): string {
  const wide = (text: string) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
  return [wide, (text: string) => text.normalize("NFD"), (text: string) => ` ${text.replace(" - ", "  -  ")} `][
    dirt.integer(3)
  ](track);
}

/** An automatic player: popular songs, day and night, at exactly equal gaps. */
function addBot(rows: LogRow[], world: World, user: string, firstSecond: number, random: Random): void {
  let time = firstSecond + random.integer((P.days - 30) * 86_400);
  const gap = 31 + random.integer(60);
  for (let n = 0; n < P.botPlays; n++, time += gap) {
    const song = world.songs[draw(world.popularity, random)];
    rows.push({ time, text: rowText(user, trackOf(song), localTime(time, 9), 30_500, "radio"), kind: "bot" });
  }
}
