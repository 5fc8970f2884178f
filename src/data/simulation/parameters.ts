// The simulator's parameters. They were written down before any model was trained on the result, each for the reason beside
// it, and are not bent to make a model look good. DATASHEET.md repeats them.

export const PARAMETERS = {
  /** Enough users for intervals of about one percentage point, small enough for two cores. */
  listeners: 2000,
  seed: 20250101,
  /** One calendar year: all seasons, all weekdays. */
  firstDay: "2025-01-01",
  days: 365,

  /** Groups of listeners with a common taste; a few dozen fandoms share a service's J- and K-pop shelf. */
  scenes: 20,
  /** Weights of a scene's three styles; other styles get `otherStyle`. */
  sceneStyles: [1, 0.6, 0.3],
  otherStyle: 0.03,
  /** Share of a scene's plays that go to its own country: fans of one country's pop hear some of the other's. */
  sceneCountry: 0.8,
  /** Weight of a listener's main and second scene: most people have one main taste. */
  listenerScenes: [0.75, 0.25],

  /** Popularity of the artist of rank r is 1 / (r + c), of an artist's song of rank r likewise: a long tail. */
  artistTail: 8,
  songTail: 1.5,
  /** Artists that a listener follows, and how much more they are played: personal taste beats the charts. */
  favouriteArtists: 8,
  favouriteBoost: 12,
  /** Songs that a listener loves, and how much more they are played. */
  lovedSongs: 25,
  lovedBoost: 4,

  /** Sessions per listener: Pareto with exponent 2, so the mean is twice the least; capped. Activity is heavy-tailed. */
  leastSessions: 5,
  mostSessions: 120,
  /** Plays per session: geometric with this mean, at least 2: about 40 minutes of listening. */
  sessionPlays: 11,
  longestSession: 60,
  /** Seconds of pause between two songs, at most. */
  pause: 20,

  /** Chance per play that the hidden mood changes: a mood lasts about 12 songs, one session. */
  moodDrift: 0.08,
  /** Weight of a song of another mood: most picks fit the mood. */
  otherMood: 0.12,

  /** Chance that a free pick starts a run of its artist, that a run goes on, and that it follows the artist's order. */
  runStart: 0.3,
  runContinue: 0.6,
  runInOrder: 0.75,

  /** Chance that the session's first song is a loved one. */
  refrainLoved: 0.7,
  /** Chance to return to the refrain after 0, 1, 2, … other songs since it was heard: "after several others". */
  refrainHazard: [0, 0, 0, 0.35, 0.6, 0.8],

  /** A song just heard comes back slowly: weight from `justHeard` to 1 over `recovery` plays of the listener. */
  justHeard: 0.05,
  recovery: 25,
  /** Songs heard before are preferred: most listening is repeated listening. */
  familiarBoost: 3,

  /** Share of songs that enter the simulated service during the year (a simulated date), and their boost while new. */
  newShare: 0.06,
  newDays: 28,
  newBoost: 4,

  /** Dirt: share of true plays that get such a row beside them, as small services' logs have. */
  dirt: { duplicate: 0.003, skip: 0.006, clock: 0.001, broken: 0.001, missing: 0.0015, variant: 0.005 },
  /** Automatic players, and the plays of each at exactly equal gaps. */
  bots: 6,
  botPlays: 600,
} as const;

export const MOODS = ["bright", "calm", "sad", "energetic", "romantic", "dark"] as const;

/** Where a mood drifts to: neighbours in feeling. Row and column in the order of `MOODS`; rows sum to 1. */
export const MOOD_DRIFT: readonly (readonly number[])[] = [
  [0, 0.2, 0.05, 0.45, 0.3, 0],
  [0.2, 0, 0.35, 0.05, 0.35, 0.05],
  [0, 0.4, 0, 0.05, 0.25, 0.3],
  [0.5, 0.05, 0.05, 0, 0.1, 0.3],
  [0.35, 0.35, 0.25, 0.05, 0, 0],
  [0.05, 0.1, 0.4, 0.4, 0.05, 0],
];

/** Mood at the start of a session by part of the day: energy in the morning and evening, calm and sad songs at night. */
export const START_MOOD: Readonly<Record<"night" | "morning" | "day" | "evening", readonly number[]>> = {
  night: [0.08, 0.32, 0.25, 0.08, 0.12, 0.15],
  morning: [0.35, 0.2, 0.05, 0.3, 0.07, 0.03],
  day: [0.28, 0.22, 0.1, 0.22, 0.13, 0.05],
  evening: [0.2, 0.15, 0.15, 0.25, 0.17, 0.08],
};

/** Hours at which three kinds of listener start sessions: commuters, evening and night listeners. 24 weights each. */
export const HOURS: readonly (readonly number[])[] = [
  [1, 0, 0, 0, 0, 2, 8, 12, 9, 3, 2, 2, 4, 3, 2, 2, 3, 7, 10, 8, 5, 4, 3, 2],
  [2, 1, 0, 0, 0, 0, 1, 2, 2, 2, 2, 3, 4, 3, 3, 3, 4, 5, 7, 9, 11, 12, 9, 5],
  [12, 10, 7, 4, 2, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 5, 7, 9, 11],
];

/** Weight of Sunday … Saturday: more listening on free days. */
export const WEEKDAYS: readonly number[] = [1.2, 0.9, 0.9, 0.9, 1, 1.2, 1.4];

/** Share of listeners by offset from UTC in hours: Japan and Korea, China, Europe, America. */
export const OFFSETS: readonly { readonly hours: number; readonly share: number }[] = [
  { hours: 9, share: 0.65 },
  { hours: 8, share: 0.25 },
  { hours: 0, share: 0.05 },
  { hours: -5, share: 0.05 },
];
