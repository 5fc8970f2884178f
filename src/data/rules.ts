// The cleaning rules as data: what each one keeps. `rules-table.ts` makes arquero of them, `large/rules-sql.ts` SQL and
// `arrays/rules-arrays.ts` loops over typed arrays, and a test holds that all keep the same rows.
import type { CleaningOptions } from "./options.js";

/** One row: `time` in seconds (NaN where it could not be read), `duration` in ms and `rating` NaN where there is none. */
export interface Row {
  readonly user: string;
  readonly item: string;
  readonly title: string;
  readonly time: number;
  readonly duration: number;
  readonly rating: number;
  /** Its place in the log, from 0; a line may hold several rows. */
  readonly row: number;
}

export type Comparison = "is not" | "at least" | "at most" | "not below";

/** One comparison of a row with a constant. An unknown number passes "not below" only. */
export type Condition = readonly [
  column: "user" | "item" | "time" | "duration" | "rating",
  Comparison,
  string | number,
];

/** One step of a rule: which of the rows that are left it keeps. */
export type Keep =
  /** Rows that pass every condition, each row by itself. */
  | { readonly kind: "rows"; readonly where: readonly Condition[] }
  /** Rows no later than `plus` seconds after the time below which `share` of the rows lie; from `leastRows` rows on. */
  | { readonly kind: "no jump"; readonly share: number; readonly plus: number; readonly leastRows: number }
  /** The first row of those with the same user, item and time. */
  | { readonly kind: "first of equal" }
  /**
   * All plays of users with at most `most` plays in any 24 hours and gaps without a `RHYTHM`; all rows where plays are rated,
   * since a person may rate hundreds of films in an evening.
   */
  | { readonly kind: "people"; readonly most: number }
  /** Rows whose item is not that of the user's row before, by time and place. */
  | { readonly kind: "change of item" }
  /** Rows of users and items with enough rows, until every one that is left has enough. */
  | { readonly kind: "enough"; readonly user: number; readonly item: number };

export interface Rule {
  readonly name: string;
  /** What it takes away, in words, for the report. */
  readonly meaning: string;
  /** Its steps in turn; none where it has nothing to do. */
  keep(options: CleaningOptions): readonly Keep[];
}

export const DAY = 86_400;
/**
 * When the gaps of a user are no person's: more than `plays` plays, and one gap, in whole seconds, is more than `share` of
 * all. Ties and whole days are no rhythm: they say that the log has no finer time.
 */
export const RHYTHM = { plays: 100, share: 0.95 } as const;

/** In the order in which they apply: what makes a row unreadable first, what depends on the other rows last. */
export const RULES: readonly Rule[] = [
  {
    name: "missing field",
    meaning: "no user, item or time",
    keep: () => [
      {
        kind: "rows",
        where: [
          ["user", "is not", ""],
          ["item", "is not", ""],
        ],
      },
    ],
  },
  {
    name: "invalid time",
    meaning: "no calendar time, before the earliest or after the latest believable one, or far after all others",
    keep: ({ earliest, latest, hasTimes }) => [
      {
        kind: "rows",
        where: [
          ["time", "at least", earliest],
          ["time", "at most", latest],
        ],
      },
      // A clock that ran ahead: more than a year after 99.9 % of the plays.
      ...(hasTimes ? [{ kind: "no jump", share: 0.999, plus: 365 * DAY, leastRows: 1000 } as const] : []),
    ],
  },
  {
    name: "duplicate",
    meaning: "same user, item and time as an earlier row",
    keep: () => [{ kind: "first of equal" }],
  },
  {
    name: "too short",
    meaning: "played for less than the least duration",
    keep: ({ minimumDurationMs }) => [{ kind: "rows", where: [["duration", "not below", minimumDurationMs]] }],
  },
  {
    name: "low rating",
    meaning: "rated below the least rating",
    keep: ({ minimumRating }) =>
      minimumRating === null ? [] : [{ kind: "rows", where: [["rating", "not below", minimumRating]] }],
  },
  {
    name: "bot",
    meaning: "all plays of a user with more plays in 24 hours than a person can make, or with plays at equal gaps",
    keep: ({ maximumPlaysPerDay, hasTimes }) =>
      maximumPlaysPerDay === 0 || !hasTimes ? [] : [{ kind: "people", most: maximumPlaysPerDay }],
  },
  {
    name: "consecutive repeat",
    meaning: "same item as the user's play before it",
    keep: ({ dropConsecutiveRepeats }) => (dropConsecutiveRepeats ? [{ kind: "change of item" }] : []),
  },
  {
    name: "minimum support",
    meaning: "user or item with too few plays, until every one that is left has enough",
    keep: ({ minimumUserPlays, minimumItemPlays }) => [
      { kind: "enough", user: minimumUserPlays, item: minimumItemPlays },
    ],
  },
];
