import { checkInteger } from "../../core/check.js";
import { Random } from "../../core/random.js";
import { toUtc } from "./calendar.js";
import { checkCatalogue, type Song } from "./catalogue.js";
import { type BotRow, botRows, csvLine, dirtied, KINDS, type Line } from "./dirt.js";
import { listen, type Play } from "./listen.js";
import { type Listener, makeListener } from "./listeners.js";
import { VALUES as P } from "./parameters.js";
import { makeTruth, type Truth } from "./truth.js";
import { makeWorld, type World } from "./world.js";

export interface SimulateOptions {
  /** Integer >= 0; default 2025. */
  readonly seed?: number;
  /** How many listeners, 1 to 100000; default 2000. Bots come on top. */
  readonly listeners?: number;
  /** Called now and then with the share that is done, in [0, 1]. */
  readonly onProgress?: (share: number) => void;
}

/** A simulated log with all that is known about it. */
export interface Simulation {
  /** plays.csv as text: a header, then one line for each row in order of time over all listeners. */
  readonly plays: string;
  readonly truth: Truth;
  readonly world: World;
  readonly listeners: readonly Listener[];
  /** User id of each listener. */
  readonly userIds: readonly string[];
}

/** First line of plays.csv. */
const HEADER = "user,track,time,ms_played,source";
const CLEAN: readonly string[] = ["play", "variant"];

/**
 * Simulates a year of listening to a real catalogue: the same seed and catalogue give the same bytes on every machine.
 *
 * @throws {RefrainError} ARGUMENT_INVALID for a wrong option or catalogue
 * @example simulate(readCatalogue("datasets/jkpop/catalogue.csv"), { listeners: 10 }).plays.split("\n")[0]
 */
export function simulate(catalogue: readonly Song[], options: SimulateOptions = {}): Simulation {
  const { seed = 2025, listeners: count = P.listeners, onProgress } = options;
  checkInteger("seed", seed, 0);
  checkInteger("listeners", count, 1, 100_000);
  checkCatalogue(catalogue);
  const world = makeWorld(catalogue, (name) => Random.stream(seed, "world", name));
  const quantiles = Random.stream(seed, "activity").shuffle(
    Float64Array.from({ length: count }, (_, n) => (n + 0.5) / count),
  );
  const userIds = makeUserIds(count + P.bots, Random.stream(seed, "names"));
  const listeners: Listener[] = [];
  const plays: Play[] = [];
  for (let n = 0; n < count; n++) {
    const listener = makeListener(world, quantiles[n], Random.stream(seed, "listener", n));
    listeners.push(listener);
    listen(world, listener, n, Random.stream(seed, "plays", n), (play) => plays.push(play));
    if (n % 50 === 49) onProgress?.((0.9 * (n + 1)) / count);
  }
  const bots = userIds.slice(count).flatMap((user, n) => botRows(world, user, Random.stream(seed, "bot", n)));
  const written = write(world, listeners, userIds, plays, bots, Random.stream(seed, "dirt"));
  onProgress?.(1);
  return { ...written, world, listeners, userIds: userIds.slice(0, count) };
}

/** All rows in order of time, dirtied, as lines. Rows of one second stay in the order in which they were made. */
function write(
  world: World,
  listeners: readonly Listener[],
  userIds: readonly string[],
  plays: readonly Play[],
  bots: readonly BotRow[],
  random: Random,
): { plays: string; truth: Truth } {
  const lines: string[] = [HEADER];
  const truth = makeTruth(plays.length * 2 + bots.length);
  const put = ({ text, kind }: Line, play?: Play): void => {
    lines.push(text);
    truth.add(KINDS.indexOf(kind), play, CLEAN.includes(kind));
  };
  const anyTrack = () => world.songs[random.integer(world.songs.length)].id;
  const utc = [...plays.map(({ at, listener }) => toUtc(at, listeners[listener].place)), ...bots.map((row) => row.utc)];
  for (const row of byTime(utc)) {
    if (row >= plays.length) {
      put({ text: csvLine(bots[row - plays.length]), kind: "bot" });
      continue;
    }
    const play = plays[row];
    const { place, source } = listeners[play.listener];
    const { at, played } = play;
    const fields = { user: userIds[play.listener], track: world.songs[play.song].id, at, place, played, source };
    if (play.move < 0) put({ text: csvLine(fields), kind: "skip" }, play);
    else for (const line of dirtied(fields, random, anyTrack)) put(line, play);
  }
  lines.push("");
  return { plays: lines.join("\n"), truth: truth.done() };
}

/** Row numbers in order of time; the number itself breaks ties, so that the order does not hang on a sort's stability. */
function byTime(utc: readonly number[]): number[] {
  const size = 2 ** 21;
  const keys = Float64Array.from(utc, (seconds, row) => seconds * size + row).sort();
  return Array.from(keys, (key) => key % size);
}

/** Ids in shuffled order, so that a number tells nothing. */
function makeUserIds(count: number, random: Random): string[] {
  const numbers = random.shuffle(Int32Array.from({ length: count }, (_, n) => n + 1));
  return Array.from(numbers, (number) => `u${String(number).padStart(5, "0")}`);
}
