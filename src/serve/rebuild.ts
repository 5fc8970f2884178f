import type { UserState } from "../model/index.js";
import type { StoredPlay } from "./play-store.js";
import type { ServedModel } from "./served-model.js";

/** The state after one more play, in constant time; the same where the model does not know the item. */
export function withPlay(model: ServedModel, state: UserState, { item, time }: StoredPlay): UserState {
  const index = model.saved.items.indexOf(item);
  return index === 0 ? state : next(model, state, index, time);
}

/**
 * A user's state from the plays that the model was trained on and those that came after.
 *
 * A play of the store that the training log has too (the same item at the same second) counts once: a model that was trained
 * on what an earlier one took in knows these plays already. Of many plays the last one to two training windows are read, as
 * `modelScorer` does.
 *
 * @param user   id; a name that the model does not know is a new listener
 * @param plays  of the store
 * @param before a state that was kept, and how many plays of the store are in it
 * @returns isNew: true where nothing is known of the user
 */
export function rebuilt(
  model: ServedModel,
  user: string,
  plays: readonly StoredPlay[],
  before?: { readonly state: UserState; readonly plays: number },
): { readonly state: UserState; readonly isNew: boolean } {
  const { saved, streaming } = model;
  const index = saved.users.indexOf(user);
  const base = index === 0 ? [] : saved.histories[index];
  const times = index === 0 ? undefined : saved.times?.[index];
  const trained = new Set(plays.length > 0 && times ? base.map((item, n) => `${item} ${Math.floor(times[n])}`) : []);
  const added = plays
    .slice(before?.plays ?? 0)
    .map(({ item, time }) => ({ item: saved.items.indexOf(item), time }))
    .filter(({ item, time }) => item > 0 && !trained.has(`${item} ${Math.floor(time)}`));
  const isNew = base.length === 0 && plays.length === 0;
  if (before) {
    const state = added.reduce((state, { item, time }) => next(model, state, item, time), before.state);
    return { state, isNew };
  }
  const all = [...base.map((item, n) => ({ item, time: times?.[n] ?? Number.NaN })), ...added];
  const T = saved.windowLength;
  const skipped = Math.max(0, Math.floor(all.length / T) - 1) * T;
  const state = all
    .slice(skipped)
    .reduce((state, { item, time }) => next(model, state, item, time), streaming.start(index));
  return { state: { ...state, plays: all.length }, isNew };
}

/** One more play; after a long pause a new session begins, where the model knows sessions. */
function next({ streaming, sessionGap }: ServedModel, state: UserState, item: number, time: number): UserState {
  const isOver = sessionGap !== null && time - state.time > sessionGap;
  return streaming.play(isOver ? streaming.start(state.user) : state, item, time);
}
