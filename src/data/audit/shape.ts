// How the plays of a clean log lie over users and items.
import type { EventLog } from "../../core/types.js";
import type { Profile } from "../profile.js";
import { type Finding, finding, graded, MOST_EXAMPLES } from "./finding.js";
import { playExample } from "./times.js";

/** A user or item with fewer plays is cold: what is learned of it is mostly chance. */
export const COLD = 5;

/** Plays of each user and each item, and the first row of each item. @shape perUser [U], perItem [V], firstOf [V] */
export interface Counts {
  readonly perUser: Int32Array;
  readonly perItem: Int32Array;
  readonly firstOf: Int32Array;
}

/** Counts plays by user and by item. */
export function countPlays(log: EventLog): Counts {
  const perUser = new Int32Array(log.userIds.length);
  const perItem = new Int32Array(log.itemIds.length);
  const firstOf = new Int32Array(log.itemIds.length).fill(-1);
  for (let row = 0; row < log.users.length; row++) {
    perUser[log.users[row]]++;
    perItem[log.items[row]]++;
    if (firstOf[log.items[row]] < 0) firstOf[log.items[row]] = row;
  }
  return { perUser, perItem, firstOf };
}

/** Findings about popularity, density, cold users and items, and repeats. */
export function auditShape(log: EventLog, { perUser, perItem, firstOf }: Counts, profile: Profile): Finding[] {
  const E = log.users.length;
  const V = perItem.length;
  const found: Finding[] = [];
  const falling = Array.from(perItem.keys()).sort((a, b) => perItem[b] - perItem[a] || a - b);
  const top = Math.ceil(V / 100);
  const topPlays = falling.slice(0, top).reduce((sum, item) => sum + perItem[item], 0);
  found.push(
    finding("popularity", "note", topPlays, E, "plays", {
      examples: falling.slice(0, MOST_EXAMPLES).map((item) => playExample(log, firstOf[item], `${perItem[item]}`)),
      values: { items: top, gini: round(profile.gini) },
    }),
  );
  const pairs = Math.round(profile.density * perUser.length * V);
  found.push(
    finding("density", "note", pairs, perUser.length * V, "pairs", {
      values: { users: perUser.length, items: V, perUser: round(E / perUser.length), perItem: round(E / V) },
    }),
  );
  found.push(...coldFindings(log, { perUser, perItem, firstOf }));
  found.push(...repeatFindings(log, profile));
  return found;
}

function coldFindings(log: EventLog, { perUser, perItem, firstOf }: Counts): Finding[] {
  const found: Finding[] = [];
  const coldUsers = Array.from(perUser.keys()).filter((user) => perUser[user] < COLD);
  if (coldUsers.length > 0)
    found.push(
      finding(
        "cold-users",
        graded(coldUsers.length / perUser.length, 0.5, 2),
        coldUsers.length,
        perUser.length,
        "users",
        {
          examples: coldUsers
            .slice(0, MOST_EXAMPLES)
            .map((user) => playExample(log, firstRowOfUser(log, user), `${perUser[user]}`)),
          fix: `--set cleaning.minimumUserPlays=${COLD}`,
          values: { limit: COLD, plays: coldUsers.reduce((sum, user) => sum + perUser[user], 0) },
        },
      ),
    );
  const coldItems = Array.from(perItem.keys()).filter((item) => perItem[item] < COLD);
  if (coldItems.length > 0)
    found.push(
      finding(
        "cold-items",
        graded(coldItems.length / perItem.length, 0.5, 2),
        coldItems.length,
        perItem.length,
        "items",
        {
          examples: coldItems
            .slice(0, MOST_EXAMPLES)
            .map((item) => playExample(log, firstOf[item], `${perItem[item]}`)),
          fix: `--set cleaning.minimumItemPlays=${COLD}`,
          values: { limit: COLD, plays: coldItems.reduce((sum, item) => sum + perItem[item], 0) },
        },
      ),
    );
  return found;
}

/** Rows lie by user, so the first one is found by halves. */
function firstRowOfUser({ users }: EventLog, user: number): number {
  let low = 0;
  let high = users.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (users[middle] < user) low = middle + 1;
    else high = middle;
  }
  return low;
}

function repeatFindings(log: EventLog, profile: Profile): Finding[] {
  const E = log.users.length;
  const found: Finding[] = [];
  const repeats = Math.round(profile.repeatShare * E);
  // Where nothing is ever played again, a list that offers seen items wastes its places.
  found.push(
    finding("repeats", "note", repeats, E, "plays", {
      fix: repeats === 0 ? "--set protocol.seen=remove" : null,
    }),
  );
  const again: number[] = [];
  for (let row = 1; row < E; row++)
    if (log.users[row] === log.users[row - 1] && log.items[row] === log.items[row - 1]) again.push(row);
  if (again.length > 0)
    found.push(
      finding("consecutive-repeats", graded(again.length / E, 0.1, 0.5), again.length, E, "plays", {
        examples: again.slice(0, MOST_EXAMPLES).map((row) => playExample(log, row)),
        fix: "--set cleaning.dropConsecutiveRepeats=true",
      }),
    );
  return found;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
