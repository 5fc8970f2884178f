import { hasAll, type Layout, most } from "./layout.js";

const HEADER = ["user", "item", "rating", "time"];

/**
 * MovieLens ratings: u.data (ml-100k, TAB), ratings.dat (1M and 10M, ::) and ratings.csv (20M, 25M, 32M, with a header).
 * Times are Unix seconds. Titles stand in u.item, movies.dat and movies.csv.
 *
 * @source https://grouplens.org/datasets/movielens/ and the README of each set
 */
export const MOVIELENS: Layout = {
  name: "movielens",
  headerOf: (rows, separator) =>
    (separator === "\t" || separator === "::") &&
    most(rows, (row) => row.length === 4 && row.every((field) => /^\d+(\.\d+)?$/.test(field)) && isRated(row))
      ? HEADER
      : undefined,
  rolesOf(names) {
    if (hasAll(names, HEADER) && names.size === 4)
      return { user: "user", item: "item", rating: "rating", time: "time" };
    return hasAll(names, ["userId", "movieId", "rating", "timestamp"])
      ? { user: "userId", item: "movieId", rating: "rating", time: "timestamp" }
      : undefined;
  },
  // ml-100k brings its ratings once more, cut for cross-validation: u1.base, u1.test, ua.base, …
  membersOf(names) {
    const whole = names.filter((name) => /(^|\/)u\.data$/.test(name));
    return whole.length > 0 ? whole : names;
  },
};

/** A rating of at most 10 and a time after 1973. */
function isRated(row: readonly string[]): boolean {
  return Number(row[2]) <= 10 && Number(row[3]) > 1e8;
}
