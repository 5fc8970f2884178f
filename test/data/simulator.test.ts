import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/core/files.js";
import { Random } from "../../src/core/random.js";
import { Listening } from "../../src/data/simulator/distribution.js";
import {
  foldTitle,
  KINDS,
  MOODS,
  MOVES,
  oracleOn,
  parseTruth,
  type Song,
  simulate,
  truthText,
} from "../../src/data/simulator/index.js";
import { makeListener } from "../../src/data/simulator/listeners.js";
import { makeWorld } from "../../src/data/simulator/world.js";

const STYLES = ["pop", "rock", "idol", "electronic", "hiphop", "ballad", "anime"];

/** 40 artists with 4 to 8 songs, one title with a comma and quotes. */
function madeCatalogue(): Song[] {
  return Array.from({ length: 40 }, (_, a) =>
    Array.from({ length: 4 + ((a * 7) % 5) }, (_, k): Song => {
      const artist = `歌手${a}が`;
      const title = a === 3 && k === 0 ? 'One, "Two"' : `Song ${k}`;
      return {
        id: `${artist} - ${title}`,
        artist,
        artistRomanised: `Kashu ${a}`,
        title,
        titleRomanised: title,
        country: a % 5 < 3 ? "JP" : "KR",
        year: 1990 + ((a * 3 + k * 5) % 36),
        style: STYLES[(a * 5 + (a >> 3)) % STYLES.length],
        mood: MOODS[(a * 3 + k * 5 + (k >> 1)) % MOODS.length],
      };
    }),
  ).flat();
}

const catalogue = madeCatalogue();
const simulation = simulate(catalogue, { seed: 1, listeners: 120 });
const { truth, world } = simulation;
const lines = simulation.plays.split("\n");
const indexOf = new Map(catalogue.map(({ id }, index) => [foldTitle(id), index]));

interface Row {
  line: number;
  user: string;
  song: number;
  at: number;
  day: number;
  played: number;
}

/** Rows of the given kinds; quotes and commas of tracks are minded, nothing else is mended. */
function rowsOf(...kinds: string[]): Row[] {
  const rows: Row[] = [];
  for (let line = 2; line < truth.kind.length; line++) {
    if (!kinds.includes(KINDS[truth.kind[line]])) continue;
    const match = /^(u\d{5}),("(?:[^"]|"")*"|[^,"]*),([^,]+),(\d+),(\w+)$/.exec(lines[line - 1]);
    if (!match) throw new Error(`line ${line}: ${lines[line - 1]}`);
    const [, user, track, time, played] = match;
    const title = track.startsWith('"') ? track.slice(1, -1).replaceAll('""', '"') : track;
    const day = Math.floor(Date.parse(`${time.slice(0, 19)}Z`) / 86400000) - Date.UTC(2025, 0, 1) / 86400000;
    const song = indexOf.get(foldTitle(title)) ?? -1;
    rows.push({ line, user, song, at: Date.parse(time) / 1000, day, played: Number(played) });
  }
  return rows;
}

const clean = rowsOf("play", "variant");

/** Pairs of neighbouring clean plays of one listener. */
function pairs(): [Row, Row][] {
  const last = new Map<string, Row>();
  const found: [Row, Row][] = [];
  for (const row of clean) {
    const before = last.get(row.user);
    if (before) found.push([before, row]);
    last.set(row.user, row);
  }
  return found;
}

describe("the simulated log", () => {
  it("is the same bytes for the same seed, and recorded", () => {
    expect(simulate(catalogue, { seed: 1, listeners: 120 }).plays).toBe(simulation.plays);
    expect(simulate(catalogue, { seed: 2, listeners: 5 }).plays).not.toBe(
      simulate(catalogue, { seed: 3, listeners: 5 }).plays,
    );
    expect(sha256(simulation.plays)).toBe("4f01deaece45b51d7c760dd220351d8b0afa08d84a7a4d457660c4c15b410f2d");
    expect(sha256(truthText(truth))).toBe("9bc0caae06635696d3ac1e5e0defd619abab9824bf2653d35dcda635543289b2");
  });

  it("gives every row exactly one kind, and each kind is what it says", () => {
    expect(lines.length).toBe(truth.kind.length); // a header, and an empty string after the last line end
    expect(Math.max(...truth.kind.subarray(2))).toBeLessThan(KINDS.length);
    for (const row of clean) expect(row.song).toBeGreaterThanOrEqual(0);
    for (const row of rowsOf("skip")) expect(row.played).toBeLessThan(30000);
    for (const row of rowsOf("clock")) expect(Math.abs(row.day)).toBeGreaterThan(20000);
    for (const { line } of rowsOf("duplicate")) expect(lines[line - 1]).toBe(lines[line - 2]);
    for (let line = 2; line < truth.kind.length; line++) {
      expect((lines[line - 1].match(/"/g) ?? []).length % 2).toBe(0);
      if (KINDS[truth.kind[line]] === "missing") expect(lines[line - 1]).toMatch(/^,|,,/);
      if (KINDS[truth.kind[line]] === "broken")
        expect(lines[line - 1]).not.toMatch(/^u\d{5},("([^"]|"")*"|[^,"]*),[^,]+,\d+,\w+$/);
    }
  });

  it("is in order of time where clocks are right, and bots play in equal gaps", () => {
    const right = rowsOf("play", "variant", "duplicate", "skip", "bot");
    for (let n = 1; n < right.length; n++) expect(right[n].at).toBeGreaterThanOrEqual(right[n - 1].at);
    const gaps = new Map<string, Set<number>>();
    const last = new Map<string, number>();
    for (const { user, at } of rowsOf("bot")) {
      const before = last.get(user);
      if (before !== undefined) gaps.set(user, (gaps.get(user) ?? new Set()).add(at - before));
      last.set(user, at);
    }
    expect([...gaps.values()].map((set) => set.size)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it("keeps sessions more than an hour apart, and gives everyone three", () => {
    const sessions = new Map<string, number>();
    for (const [before, row] of pairs()) {
      if (truth.session[before.line] !== truth.session[row.line]) expect(row.at - before.at).toBeGreaterThan(3600);
      else if (truth.session[row.line] === truth.session[before.line]) expect(row.at - before.at).toBeLessThan(3600);
    }
    for (const row of clean) sessions.set(row.user, truth.session[row.line]);
    expect(sessions.size).toBe(120);
    // A session can be lost to dirt; the simulated number is what is promised.
    for (const listener of simulation.listeners) expect(listener.sessions).toBeGreaterThanOrEqual(3);
  });

  it("plays nothing before its release, and nothing twice running", () => {
    expect(world.releaseDay.filter((day) => day > 0).length).toBe(Math.floor(catalogue.length * 0.06));
    for (const row of [...clean, ...rowsOf("skip")]) expect(row.day).toBeGreaterThanOrEqual(world.releaseDay[row.song]);
    for (const [before, row] of pairs()) {
      const lost = truth.session[before.line] !== truth.session[row.line] || row.at - before.at > 400;
      if (!lost) expect(row.song).not.toBe(before.song);
    }
  });

  it("returns to the opening song after several others, where a first-order chain cannot see it", () => {
    const seen = new Set<string>();
    const known = { refrain: [0, 0], run: [0, 0] };
    for (const [before, row] of pairs()) {
      const move = MOVES[truth.move[row.line]];
      const pair = `${before.song} ${row.song}`;
      if (move === "refrain" || move === "run") {
        known[move][0]++;
        if (seen.has(pair)) known[move][1]++;
      }
      seen.add(pair);
    }
    expect(known.refrain[0] / clean.length).toBeGreaterThan(0.08);
    expect(known.refrain[0] / clean.length).toBeLessThan(0.2);
    // The pair before a refrain has mostly never been heard from anyone, the pair of a run mostly has.
    expect(known.refrain[1] / known.refrain[0]).toBeLessThan(0.7 * (known.run[1] / known.run[0]));
    let early = 0;
    const session: Row[] = [];
    for (const row of [...clean].sort((a, b) => (a.user === b.user ? a.line - b.line : a.user < b.user ? -1 : 1))) {
      const { line, song, user } = row;
      if (session[0]?.user !== user || truth.session[session[0].line] !== truth.session[line]) session.length = 0;
      if (MOVES[truth.move[line]] === "refrain") {
        expect(truth.oracle.rank[line]).toBeLessThan(10);
        if (session.slice(-3).some((other) => other.song === song)) early++;
      }
      session.push(row);
    }
    // Only where dirt took a play in between.
    expect(early / known.refrain[0]).toBeLessThan(0.02);
  });
});

describe("the oracle", () => {
  it("hits as often as its chances say", () => {
    for (const oracle of [truth.oracle, truth.observer]) {
      const { ranks, expectedHr10, expectedNdcg10, unknown } = oracleOn(
        Int32Array.from(clean, ({ line }) => line),
        oracle,
      );
      expect(unknown).toBe(0);
      const error = Math.sqrt((expectedHr10 * (1 - expectedHr10)) / ranks.length);
      expect(Math.abs(ranks.filter((rank) => rank <= 10).length / ranks.length - expectedHr10)).toBeLessThan(4 * error);
      const gain = ranks.reduce((sum, rank) => sum + (rank <= 10 ? 1 / Math.log2(rank + 1) : 0), 0) / ranks.length;
      expect(Math.abs(gain - expectedNdcg10)).toBeLessThan(4 * error);
      // Ten songs at random would hit 10 / V of the time.
      expect(expectedHr10).toBeGreaterThan((5 * 10) / catalogue.length);
    }
  });

  it("knows more with the mood than without", () => {
    const at = Int32Array.from(clean, ({ line }) => line);
    expect(oracleOn(at, truth.oracle).expectedHr10).toBeGreaterThan(oracleOn(at, truth.observer).expectedHr10);
  });

  it("takes a line that is no clean play as a sure miss, and refuses lines that are not there", () => {
    const dirty = truth.kind.findIndex((kind) => KINDS[kind] === "bot");
    expect(oracleOn(Int32Array.of(1, dirty), truth.oracle)).toMatchObject({ expectedHr10: 0, unknown: 2 });
    expect(() => oracleOn(Int32Array.of(truth.kind.length), truth.oracle)).toThrow(/outside the log/);
    expect(() => oracleOn(new Int32Array(0), truth.oracle)).toThrow(/at least one line/);
  });

  it("is written and read back", () => {
    const back = parseTruth(truthText(truth));
    expect(back.kind.subarray(2)).toEqual(truth.kind.subarray(2));
    expect(back.oracle.rank).toEqual(truth.oracle.rank);
    expect(back.move).toEqual(truth.move);
    expect(Math.abs(back.observer.hr10[clean[0].line] - truth.observer.hr10[clean[0].line])).toBeLessThan(1e-6);
  });
});

describe("the distribution of the next play", () => {
  it("sums to 1, agrees with its single chances, and is what is drawn", () => {
    const small = makeWorld(catalogue, (name) => Random.stream(1, "world", name));
    const listener = makeListener(small, 0.1, Random.stream(1, "listener"));
    const listening = new Listening(small, listener);
    const random = Random.stream(1, "plays");
    const chances = new Float64Array(catalogue.length);
    const belief = Float64Array.of(0.1, 0.2, 0.3, 0.1, 0.1, 0.2);
    for (let session = 0; session < 30; session++) {
      listening.beginSession(session * 10);
      for (let length = 0; length < 15; length++) {
        listening.prepare();
        listening.mix(belief, chances);
        expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
        for (const song of [0, 50, 100, 150]) {
          const single = belief.reduce((sum, share, mood) => sum + share * listening.chance(song, mood), 0);
          expect(single).toBeCloseTo(chances[song], 12);
        }
        listening.hear(listening.sample(2, random.uniform()).song);
      }
    }
    listening.prepare();
    listening.mix(Float64Array.of(0, 0, 1, 0, 0, 0), chances);
    const drawn = new Float64Array(catalogue.length);
    const draws = 20000;
    for (let n = 0; n < draws; n++) drawn[listening.sample(2, random.uniform()).song]++;
    for (let song = 0; song < chances.length; song++) {
      const error = Math.sqrt((chances[song] * (1 - chances[song])) / draws);
      expect(Math.abs(drawn[song] / draws - chances[song])).toBeLessThanOrEqual(5 * error + 1e-3);
    }
  });
});
