import type { EventLog } from "../core/types.js";
import type { Histories } from "./histories.js";

declare const searched: unique symbol;

/**
 * Histories whose test part is gone, not hidden: no row of it is in any array. A search takes only these, so that it cannot
 * choose by the test part; plain `Histories` do not fit the type.
 */
export type SearchHistories = Histories & { readonly [searched]: true };

/**
 * The same train and validation part, vocabularies and indices, without the rows of the test part.
 *
 */
export function withoutTest(histories: Histories): SearchHistories {
  const { split, itemIndex } = histories;
  const { log, userStart, testStart } = split;
  const users = testStart.length;
  const starts = new Int32Array(users + 1);
  for (let u = 0; u < users; u++) starts[u + 1] = starts[u] + testStart[u] - userStart[u];
  const keep = <T extends Int32Array | Float64Array>(values: T): T => {
    const kept = values.slice(0, starts[users]) as T;
    for (let u = 0; u < users; u++) kept.set(values.subarray(userStart[u], testStart[u]), starts[u]);
    return kept;
  };
  const kept: EventLog = {
    ...log,
    users: keep(log.users),
    items: keep(log.items),
    times: keep(log.times),
    lines: keep(log.lines),
  };
  const validationStart = starts.slice(0, users).map((start, u) => start + split.validationStart[u] - userStart[u]);
  return {
    ...histories,
    split: { ...split, log: kept, userStart: starts, validationStart, testStart: starts.slice(1) },
    itemIndex: keep(itemIndex),
  } as SearchHistories;
}
