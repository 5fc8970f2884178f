import { checkInteger, checkLength } from "../core/check.js";
import { inputsOnly, type PlayedHistory, passGroups } from "./inputs-only.js";
import { recentPlays } from "./recent-plays.js";
import type { RecurrentModel } from "./recurrent-model.js";
import type { UserState } from "./user-state.js";

/** `StreamingModel.after`, of the histories that have plays. */
export function statesAfter(
  model: RecurrentModel,
  histories: readonly PlayedHistory[],
): ReadonlyMap<PlayedHistory, UserState> {
  for (const { user, items, times } of histories) {
    checkInteger("user", user, 0, model.userCount);
    for (const item of items) checkInteger("item", item, 1, model.itemCount);
    if (times) checkLength("times of a history", times.length, items.length);
  }
  const states = new Map<PlayedHistory, UserState>();
  for (const group of passGroups(histories.filter(({ items }) => items.length > 0))) {
    const isTimed = group.some(({ times }) => times);
    model.kept(inputsOnly(group, isTimed)).forEach((kept, n) => {
      const { user, items, times } = group[n];
      const time = times?.at(-1) ?? Number.NaN;
      states.set(group[n], { user, plays: items.length, time, ...recentPlays(group[n], model.config), ...kept });
    });
  }
  return states;
}
