import type { Listener } from "./listeners.js";
import { MOODS, VALUES as P } from "./parameters.js";
import { runAfter } from "./run.js";
import { draw, type World } from "./world.js";

/** Order of the moves in `Truth.move`: how a play was chosen. */
export const MOVES = ["refrain", "run", "familiar", "explore", "opening"] as const;

const M = MOODS.length;
const NEVER = -1e6;

/**
 * A listener's generating state, and from it the exact distribution of the next play.
 *
 * A play is one of five moves: return to the session's opening song (refrain), go on with the artist (run), a known song
 * (familiar), a song never heard (explore), or, for the first play of a session, a loved song (opening):
 *
 *   p(song | mood) = h [song = refrain] + (1 - h) (c run(song) + (1 - c) free(song | mood))
 *   free(song | mood) = f familiar(song | mood) + (1 - f) explore(song | mood)
 *
 * (for a first play h = 0 and the place of run is taken by opening(song | mood)).
 *
 * Only the mood is hidden. Everything else in the state is a function of the listener and of the plays so far.
 *
 * Use: `beginSession`, then for each play `prepare`, any of `chance`, `mix` and `sample`, then `hear`.
 */
export class Listening {
  readonly #world: World;
  readonly #listener: Listener;

  // The past. Arrays over songs unless said otherwise.
  readonly #plays: Int32Array;
  readonly #heardAt: Float64Array; // by the satiation clock, which counts plays and pauses
  readonly #heardOn: Float64Array; // day of 2025
  readonly #loyalty: Float64Array;
  readonly #known: number[] = [];
  readonly #isKnown: Uint8Array;
  #clock = 0;
  #last = -1;
  #runLength = 0;
  #refrain = -1;
  #othersSince = 0;

  // This session.
  #day = 0;
  #opens = true;
  readonly #explore: Float64Array;
  readonly #exploreByMood: Float64Array = new Float64Array(M);
  readonly #fade: number[] = []; // by place in #known

  // The next play: chances of the moves, and weights within each before the mood's factor.
  #hazard = 0;
  #run = 0;
  #opening = 0;
  #runSongs: readonly number[] = [];
  #runShares: readonly number[] = [];
  readonly #familiar: number[] = [];
  readonly #loved: number[] = [];
  readonly #familiarByMood: Float64Array = new Float64Array(M);
  readonly #lovedByMood: Float64Array = new Float64Array(M);
  readonly #scratch: Float64Array; // over songs
  // Total weight of a move under each mood.
  readonly #totals: Float64Array = new Float64Array(3 * M);

  constructor(world: World, listener: Listener) {
    const songs = world.songs.length;
    this.#world = world;
    this.#listener = listener;
    this.#plays = new Int32Array(songs);
    this.#heardAt = new Float64Array(songs).fill(NEVER);
    this.#heardOn = new Float64Array(songs);
    this.#loyalty = new Float64Array(songs);
    this.#isKnown = new Uint8Array(songs);
    this.#explore = new Float64Array(songs);
    this.#scratch = new Float64Array(songs);
    listener.loyal.forEach((song, rank) => {
      this.#loyalty[song] = P.loyalty[0] / (rank + P.loyalty[1]);
      this.#heardOn[song] = listener.joinDay;
      this.#isKnown[song] = 1;
      this.#known.push(song);
    });
  }

  /** Starts a session on a day of 2025: what is released, how far known songs have faded. */
  beginSession(day: number): void {
    const { releaseDay } = this.#world;
    this.#day = day;
    this.#opens = true;
    this.#refrain = -1;
    this.#runLength = 0;
    this.#clock += P.pauseRecovers;
    for (let song = 0; song < releaseDay.length; song++) {
      const age = releaseDay[song] > 0 ? day - releaseDay[song] : P.newDays;
      if (age < 0 || this.#isKnown[song] === 1) this.#explore[song] = 0;
      else {
        const left = age < P.newDays ? 1 - age / P.newDays : 0;
        this.#explore[song] = this.#listener.taste[song] * (1 + (P.newBoost - 1) * left);
      }
    }
    this.#fade.length = 0;
    for (const song of this.#known) this.#fade.push(fade(day - this.#heardOn[song]));
    this.#sumExplore();
  }

  /** Works out all that the next play's distribution needs. */
  prepare(): void {
    this.#opening = this.#opens ? P.opening : 0;
    this.#hazard = this.#opens ? 0 : this.#refrainChance();
    this.#run = this.#opens ? 0 : this.#prepareRun();
    this.#prepareKnown();
    const totals = this.#totals.fill(0);
    for (let m = 0; m < M; m++)
      for (let s = 0; s < M; s++) {
        const near = P.moodNearness[m][s];
        totals[m] += near * this.#familiarByMood[s];
        totals[M + m] += near * this.#exploreByMood[s];
        totals[2 * M + m] += near * this.#lovedByMood[s];
      }
  }

  /** p(song | mood). */
  chance(song: number, mood: number): number {
    const near = P.moodNearness[mood][this.#world.moodOf[song]];
    const [known, unknown, loved] = this.#freeFactors(mood);
    const at = this.#isKnown[song] === 1 ? this.#known.indexOf(song) : -1;
    let chance = at < 0 ? unknown * near * this.#explore[song] : 0;
    if (at >= 0) chance += near * (known * this.#familiar[at] + loved * this.#loved[at]);
    if (song === this.#refrain) chance += this.#hazard;
    return chance + this.#runChance(song);
  }

  /**
   * The distribution of the next play over all songs, for a belief in each mood: one-hot where the mood is known.
   *
   * @shape belief float64 [6], sums to 1; into float64 [V], overwritten; sums to 1 up to rounding
   */
  mix(belief: Float64Array, into: Float64Array): void {
    const byMood = new Float64Array(3 * M); // factor of a song of each mood: familiar, explore, opening
    for (let m = 0; m < M; m++) {
      if (belief[m] === 0) continue;
      const factors = this.#freeFactors(m);
      for (let s = 0; s < M; s++)
        for (let k = 0; k < 3; k++) byMood[k * M + s] += belief[m] * factors[k] * P.moodNearness[m][s];
    }
    const { moodOf } = this.#world;
    const explore = this.#explore;
    const unknown = byMood.subarray(M, 2 * M);
    for (let song = 0; song < explore.length; song++) into[song] = explore[song] * unknown[moodOf[song]];
    for (let k = 0; k < this.#known.length; k++) {
      const song = this.#known[k];
      const s = moodOf[song];
      into[song] += this.#familiar[k] * byMood[s] + this.#loved[k] * byMood[2 * M + s];
    }
    if (this.#refrain >= 0) into[this.#refrain] += this.#hazard;
    if (this.#run > 0) for (const song of this.#runSongs) into[song] += this.#runChance(song);
  }

  /** Draws the next play from p(song | mood) with one uniform number. Returns the song and the index of its move. */
  sample(mood: number, uniform: number): { song: number; move: number } {
    const free = (1 - this.#hazard) * (1 - this.#run) * (1 - this.#opening);
    const f = this.#familiarShare(mood);
    const moves = [
      this.#hazard,
      (1 - this.#hazard) * this.#run,
      free * f,
      free * (1 - f),
      (1 - this.#hazard) * this.#opening,
    ];
    const move = draw(moves, uniform);
    let before = 0;
    for (let k = 0; k < move; k++) before += moves[k];
    const rest = Math.min((uniform - before) / moves[move], 1);
    const { moodOf } = this.#world;
    const near = P.moodNearness[mood];
    if (move === 0) return { song: this.#refrain, move };
    if (move === 1) {
      const chances = this.#runSongs.map((song) => this.#runChance(song));
      return { song: this.#runSongs[draw(chances, rest)], move };
    }
    if (move === 3) {
      const weights = this.#scratch;
      for (let i = 0; i < weights.length; i++) weights[i] = this.#explore[i] * near[moodOf[i]];
      return { song: draw(weights, rest), move };
    }
    const weights = move === 2 ? this.#familiar : this.#loved;
    return {
      song: this.#known[
        draw(
          weights.map((weight, k) => weight * near[moodOf[this.#known[k]]]),
          rest,
        )
      ],
      move,
    };
  }

  /** Takes a play into the past. */
  hear(song: number): void {
    const { artistOf } = this.#world;
    this.#clock++;
    if (this.#opens) this.#refrain = song;
    this.#othersSince = song === this.#refrain ? 0 : this.#othersSince + 1;
    const goesOn = !this.#opens && artistOf[song] === artistOf[this.#last];
    this.#runLength = goesOn ? this.#runLength + 1 : 1;
    this.#opens = false;
    this.#last = song;
    this.#plays[song]++;
    this.#heardAt[song] = this.#clock;
    this.#heardOn[song] = this.#day;
    if (this.#isKnown[song] === 0) {
      this.#isKnown[song] = 1;
      this.#explore[song] = 0;
      this.#known.push(song);
      this.#fade.push(1);
      this.#sumExplore();
    } else this.#fade[this.#known.indexOf(song)] = 1;
  }

  #refrainChance(): number {
    const hazard = P.refrainHazard[Math.min(this.#othersSince, P.refrainHazard.length - 1)];
    return this.#last === this.#refrain ? 0 : hazard * this.#listener.refrainScale;
  }

  #prepareRun(): number {
    const tooSoon = (song: number) => song === this.#refrain || this.#clock - this.#heardAt[song] < P.runMemory;
    const { songs, shares } = runAfter(this.#world, this.#last, this.#day, tooSoon);
    this.#runSongs = songs;
    this.#runShares = shares;
    if (songs.length === 0) return 0;
    return this.#runLength >= 2 ? this.#listener.runKeep : this.#listener.runStart;
  }

  #runChance(song: number): number {
    const at = this.#run === 0 ? -1 : this.#runSongs.indexOf(song);
    return at < 0 ? 0 : (1 - this.#hazard) * this.#run * this.#runShares[at];
  }

  /** Known songs by attachment, fading and satiation; for an opening the attachment counts twice. */
  #prepareKnown(): void {
    const { moodOf } = this.#world;
    this.#familiarByMood.fill(0);
    this.#lovedByMood.fill(0);
    for (let k = 0; k < this.#known.length; k++) {
      const song = this.#known[k];
      const since = this.#clock - this.#heardAt[song];
      const recovered = since >= P.satiation ? 1 : (since * since) / (P.satiation * P.satiation);
      const attached = this.#loyalty[song] + P.attachment * Math.sqrt(this.#plays[song]);
      const weight = song === this.#last ? 0 : attached * recovered * this.#fade[k];
      this.#familiar[k] = weight;
      this.#loved[k] = this.#opens ? weight * attached : 0;
      this.#familiarByMood[moodOf[song]] += weight;
      this.#lovedByMood[moodOf[song]] += this.#loved[k];
    }
  }

  /** Share of free picks that go to known songs; all or none where the other kind has no song left. */
  #familiarShare(mood: number): number {
    if (this.#totals[mood] === 0) return 0;
    return this.#totals[M + mood] === 0 ? 1 : this.#listener.familiar;
  }

  /** What a weight times the mood's nearness is multiplied with: familiar, explore, opening. */
  #freeFactors(mood: number): [number, number, number] {
    const totals = this.#totals;
    const stays = 1 - this.#hazard;
    const free = stays * (1 - this.#run) * (1 - this.#opening);
    const f = this.#familiarShare(mood);
    return [
      f === 0 ? 0 : (free * f) / totals[mood],
      f === 1 ? 0 : (free * (1 - f)) / totals[M + mood],
      this.#opening === 0 ? 0 : (stays * this.#opening) / totals[2 * M + mood],
    ];
  }

  #sumExplore(): void {
    const { moodOf } = this.#world;
    this.#exploreByMood.fill(0);
    for (let song = 0; song < this.#explore.length; song++) this.#exploreByMood[moodOf[song]] += this.#explore[song];
  }
}

function fade(days: number): number {
  const value = P.fadeDays / (P.fadeDays + days);
  return value > P.fadeFloor ? value : P.fadeFloor;
}
