import { setImmediate } from "node:timers/promises";
import type { UserState } from "../model/index.js";
import type { StoredPlay } from "./play-store.js";
import type { ServedModel } from "./served-model.js";

/** A play takes some tenths of a millisecond. */
const PLAYS_AT_ONCE = 8;

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
 * Between a few plays others have their turn, so that a long history keeps nobody waiting.
 *
 * @param user      id; a name that the model does not know is a new listener
 * @param plays     of the store
 * @param isCurrent false once another model is in place, and this one must not be used any more
 * @param before    a state that was kept, and how many plays of the store are in it
 * @returns isNew: true where nothing is known of the user; undefined where the model is out of use
 */
export async function rebuilt(
  model: ServedModel,
  user: string,
  plays: readonly StoredPlay[],
  isCurrent: () => boolean,
  before?: { readonly state: UserState; readonly plays: number },
): Promise<{ readonly state: UserState; readonly isNew: boolean } | undefined> {
  const { saved, streaming } = model;
  const index = saved.users.indexOf(user);
  const base = index === 0 ? [] : saved.histories[index];
  const times = index === 0 ? undefined : saved.times?.[index];
  const trained = new Set(plays.length > 0 && times ? base.map((item, n) => `${item} ${Math.floor(times[n])}`) : []);
  const added = plays
    .slice(before?.plays ?? 0)
    .map(({ item, time }) => ({ item: saved.items.indexOf(item), time }))
    .filter(({ item, time }) => item > 0 && !trained.has(`${item} ${Math.floor(time)}`));
  const all = before ? added : [...base.map((item, n) => ({ item, time: times?.[n] ?? Number.NaN })), ...added];
  const T = saved.windowLength;
  const skipped = before ? 0 : Math.max(0, Math.floor(all.length / T) - 1) * T;
  let state = before?.state ?? streaming.start(index);
  for (let n = skipped; n < all.length; n++) {
    if ((n - skipped) % PLAYS_AT_ONCE === PLAYS_AT_ONCE - 1) {
      await setImmediate();
      if (!isCurrent()) return undefined;
    }
    state = next(model, state, all[n].item, all[n].time);
  }
  if (!before) state = { ...state, plays: all.length };
  return { state, isNew: base.length === 0 && plays.length === 0 };
}

/** One more play; after a long pause a new session begins, where the model knows sessions. */
function next({ streaming, sessionGap }: ServedModel, state: UserState, item: number, time: number): UserState {
  const isOver = sessionGap !== null && time - state.time > sessionGap;
  return streaming.play(isOver ? streaming.start(state.user) : state, item, time);
}
