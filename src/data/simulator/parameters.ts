// Every number of the simulated world with its reason. Chosen from what is plausible of listening to music, before any
// model was trained, and frozen: a model that scores badly is no ground to change a row. The datasheet repeats the table
// and a test keeps the two equal.

/** Order of the moods in every table below and in `Truth.mood`. */
export const MOODS = ["bright", "calm", "sad", "energetic", "romantic", "dark"] as const;

/** One row for each number: its value and why it is that. Ranges [low, high] are drawn uniformly for each listener. */
export const PARAMETERS = {
  // Who listens, and how much
  listeners: { value: 2000, reason: "enough for intervals of about ±0.01 over listeners; still seconds to make" },
  sessionsNumerator: {
    value: 3.08,
    reason: "sessions = 3.08 / (u + 0.04), u uniform: about 10 a listener on average",
  },
  sessionsOffset: {
    value: 0.04,
    reason: "the busiest hundredth have over 50 sessions, half have 5 or fewer: heavy tail",
  },
  sessionsMinimum: { value: 3, reason: "a listener needs a past, a validation and a test session" },
  sessionLength: { value: [7, 15], reason: "mean plays of a session, geometric: 11 songs are about 40 minutes" },
  sessionMaximum: { value: 60, reason: "about four hours; longer is a player left running" },
  joinLater: { value: 0.3, reason: "share of listeners who join during the year; a service grows" },
  joinUntil: { value: 273, reason: "nobody joins after September, so that everyone has three months" },
  burst: { value: 0.3, reason: "chance that a session follows within two days of another: listening comes in bursts" },
  pause: {
    value: [3900, 7500],
    reason: "seconds between sessions at least: more than an hour, so that a cut is clear",
  },
  // The world
  scenes: { value: 20, reason: "groups of listeners with common taste; about a hundred listeners each" },
  sceneOffset: { value: 4, reason: "scene sizes as 1 / (rank + 4): the largest is nearly six times the smallest" },
  sceneStyles: { value: [1, 0.6, 0.35], reason: "a scene lives on two or three styles, the first most" },
  otherStyle: { value: 0.04, reason: "other styles are heard now and then" },
  sceneCountry: { value: [0.45, 0.35, 0.2], reason: "scenes leaning to Japan, to Korea, to neither" },
  otherCountry: { value: 0.12, reason: "Japanese and Korean pop share listeners, but most stay with one" },
  artistAffinity: { value: [0.15, 0.06], reason: "0.15 / (u + 0.06): a scene loves a few artists and knows the rest" },
  artistPopularity: { value: 20, reason: "1 / (rank + 20), ranks shuffled: a long tail, no claim on real popularity" },
  songPopularity: { value: 1, reason: "1 / (rank + 1) within an artist: one hit carries most artists" },
  newReleases: { value: 0.06, reason: "share of songs that enter during the year; the date is simulated" },
  releaseDays: { value: [7, 326], reason: "days of the year on which they enter; weeks are left to hear them" },
  newBoost: { value: 6, reason: "a new song is tried six times as often in its first days, as promotion does" },
  newDays: { value: 35, reason: "the boost falls linearly to nothing in five weeks, about a chart life" },
  // A listener's taste
  twoScenes: { value: 0.6, reason: "share of listeners with a second scene" },
  mainScene: { value: [0.6, 0.9], reason: "weight of the first scene where there are two" },
  favouriteArtists: { value: [6, 10], reason: "artists a listener names as favourites" },
  favouriteBoost: { value: 6, reason: "unheard songs of a favourite artist are that much likelier to be tried" },
  loyalSongs: { value: [10, 20], reason: "songs known and loved before the year begins" },
  loyalty: { value: [6, 2], reason: "attachment 6 / (rank + 2): three for the dearest song, under one for the tenth" },
  attachment: { value: 0.4, reason: "times the root of the plays in the log: the ninth play makes a song a favourite" },
  // What is played next
  opening: { value: 0.75, reason: "a session mostly opens with a loved song; weights are attachment squared" },
  refrainHazard: {
    value: [0, 0, 0, 0.35, 0.6, 0.75],
    reason: "chance to return to the opening song by the number of others since: a loved song, but not at once",
  },
  refrainScale: { value: [0.4, 1], reason: "how much of that a listener does: about every eighth play overall" },
  runStart: {
    value: [0.08, 0.28],
    reason: "chance to stay with the artist after one song: some play albums, some do not",
  },
  runKeep: { value: [0.5, 0.7], reason: "chance to go on after two or more: runs of two to four songs" },
  runOrder: { value: 0.75, reason: "within a run the next song of the artist's order, as an album plays; else any" },
  runMemory: { value: 8, reason: "a run does not go back to one of the last eight plays" },
  familiar: { value: [0.55, 0.9], reason: "free picks of known songs: repeats are most of listening" },
  satiation: { value: 25, reason: "plays until a heard song has recovered, as a square: 0.16 after ten plays" },
  pauseRecovers: { value: 12, reason: "a pause between sessions counts as so many plays" },
  fadeDays: { value: 14, reason: "known songs fade as 1 / (1 + days / 14): what was heard lately is played more" },
  fadeFloor: { value: 0.25, reason: "and never below a quarter: old favourites come back" },
  // Mood: never written to the log
  moodDrift: { value: 0.08, reason: "chance of another mood at each play: one change in a session of eleven" },
  moodLeaning: { value: 1.8, reason: "each listener has one mood that starts so much more often" },
  moodWeekend: { value: 1.25, reason: "bright and energetic start more often on Saturday and Sunday" },
  moodNearness: {
    value: [
      [1, 0.25, 0.05, 0.45, 0.3, 0.05],
      [0.25, 1, 0.3, 0.05, 0.4, 0.1],
      [0.05, 0.3, 1, 0.05, 0.3, 0.3],
      [0.45, 0.05, 0.05, 1, 0.1, 0.3],
      [0.3, 0.4, 0.3, 0.1, 1, 0.05],
      [0.05, 0.1, 0.3, 0.3, 0.05, 1],
    ],
    reason: "weight of a song's mood (column) in a listener's mood (row), and where a mood drifts to",
  },
  moodStart: {
    value: [
      [0.34, 0.16, 0.07, 0.3, 0.08, 0.05],
      [0.28, 0.2, 0.08, 0.27, 0.1, 0.07],
      [0.2, 0.15, 0.12, 0.27, 0.18, 0.08],
      [0.07, 0.26, 0.24, 0.07, 0.2, 0.16],
    ],
    reason: "mood at the start from 5, 10, 17 and 22 o'clock: lively mornings, calm and sad nights",
  },
  // Playing time
  songSeconds: { value: [170, 290], reason: "length of a pop song; simulated, fixed for each song" },
  wholePlay: { value: 0.85, reason: "share of plays to the end; the others stop before" },
  stopAfter: { value: 0.4, reason: "a play that stops early got through this share at least; less is a skip" },
  betweenSongs: { value: [1, 9], reason: "seconds from one song to the next" },
  // Dirt, as shares of true plays
  skipShare: { value: 0.005, reason: "extra rows under 30 seconds; real services have more, most drop them" },
  skipPlayed: { value: [1000, 28999], reason: "milliseconds of a skip: under the 30 seconds that count as a play" },
  duplicateShare: { value: 0.004, reason: "the same row sent twice by a client that retries" },
  variantShare: { value: 0.004, reason: "full-width, decomposed or spaced spellings, as clients and imports make" },
  missingShare: { value: 0.0015, reason: "user, track or time empty" },
  clockShare: { value: 0.001, reason: "1970 or 2099: a clock not set. Half are extra rows, half true plays" },
  brokenShare: { value: 0.001, reason: "lines cut off, with extra fields, or garbage" },
  bots: { value: 6, reason: "a stream farm's accounts" },
  botPlays: { value: [560, 640], reason: "rows of each; enough to bend the popularity of its songs" },
  botGap: { value: [35, 61], reason: "seconds between a bot's rows, always equal: just over what counts as a play" },
  botSongs: { value: [5, 15], reason: "songs that a bot plays in turn" },
} as const;

type Widened<T> = T extends number
  ? number
  : T extends readonly unknown[]
    ? { readonly [I in keyof T]: Widened<T[I]> }
    : T;

/** The values alone. */
export type Parameters = { readonly [K in keyof typeof PARAMETERS]: Widened<(typeof PARAMETERS)[K]["value"]> };

/** Values of `PARAMETERS` by name. */
export const VALUES: Parameters = Object.fromEntries(
  Object.entries(PARAMETERS).map(([name, row]) => [name, row.value]),
) as unknown as Parameters;
