import type { PlayedHistory, UserState } from "../model/index.js";
import type { StoredPlay } from "./play-store.js";
import type { ServedModel } from "./served-model.js";
import type { StateMaker } from "./state-maker.js";

/** Plays up to which going on from a kept state costs less than a pass over one to two windows. */
const FEW_PLAYS = 8;

interface Heard {
  readonly item: number;
  readonly time: number;
}

/** The state after one more play, in constant time; the same where the model does not know the item. */
export function withPlay(model: ServedModel, state: UserState, { item, time }: StoredPlay): UserState {
  const index = model.saved.items.indexOf(item);
  if (index === 0) return state;
  const { streaming } = model;
  const isOver = beginsSession(model, state.time, time);
  return streaming.play(isOver ? streaming.start(state.user) : state, index, time);
}

/**
 * A user's state from the plays that the model was trained on and those that came after.
 *
 * A play of the store that the training log has too (the same item at the same second) counts once: a model that was trained
 * on what an earlier one took in knows these plays already. Of many plays the last one to two training windows are read, as
 * `modelScorer` does, unless a state was kept to which only a few are added.
 *
 * @param user   id; a name that the model does not know is a new listener
 * @param plays  of the store
 * @param before a state that was kept, and how many plays of the store are in it
 * @returns isNew: true where nothing is known of the user; undefined where the model was put out of use
 */
export async function rebuilt(
  model: ServedModel,
  user: string,
  plays: readonly StoredPlay[],
  maker: StateMaker,
  before?: { readonly state: UserState; readonly plays: number },
): Promise<{ readonly state: UserState; readonly isNew: boolean } | undefined> {
  const { saved } = model;
  const index = saved.users.indexOf(user);
  const base = index === 0 ? [] : saved.histories[index];
  const times = index === 0 ? undefined : saved.times?.[index];
  const trained = new Set(plays.length > 0 && times ? base.map((item, n) => `${item} ${Math.floor(times[n])}`) : []);
  const isAdded = ({ item, time }: StoredPlay) => {
    const known = saved.items.indexOf(item);
    return known > 0 && !trained.has(`${known} ${Math.floor(time)}`);
  };
  if (before && plays.length - before.plays <= FEW_PLAYS) {
    const added = plays.slice(before.plays).filter(isAdded);
    return { state: added.reduce((state, play) => withPlay(model, state, play), before.state), isNew: false };
  }
  const all: Heard[] = [
    ...base.map((item, n) => ({ item, time: times?.[n] ?? Number.NaN })),
    ...plays.filter(isAdded).map(({ item, time }) => ({ item: saved.items.indexOf(item), time })),
  ];
  const state = await maker.ask(model, read(model, index, all));
  return state && { state: { ...state, plays: all.length }, isNew: all.length === 0 && plays.length === 0 };
}

/** The part of a history that a pass reads: of its last session, where the model knows sessions, one to two windows. */
function read(model: ServedModel, user: number, all: readonly Heard[]): PlayedHistory {
  let from = Math.max(0, all.length - 1);
  while (from > 0 && !beginsSession(model, all[from - 1].time, all[from].time)) from--;
  const T = model.saved.windowLength;
  const skipped = from + Math.max(0, Math.floor((all.length - from) / T) - 1) * T;
  return {
    user,
    items: Int32Array.from(all.slice(skipped), ({ item }) => item),
    times: Float64Array.from(all.slice(skipped), ({ time }) => time),
    earlier: Int32Array.from(all.slice(from, skipped), ({ item }) => item),
  };
}

/** True after a long pause, where the model knows sessions. */
function beginsSession({ sessionGap }: ServedModel, before: number, time: number): boolean {
  return sessionGap !== null && time - before > sessionGap;
}
