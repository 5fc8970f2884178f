import { explain, type Reason, topK, type UserState } from "refrain";
import type { Params, ReasonRow, Suggestion, SuggestionList } from "./protocol.js";
import { itemOf, type Session, sessionOf, userOf } from "./session.js";

/** States after each play of the last history that was asked about, so that an edit near its end costs a few steps. */
interface Trail {
  readonly user: number;
  readonly items: number[];
  readonly states: UserState[];
}

/** Plays that are walked one at a time within an answer. */
const LONGEST_WALK = 12;

const trails = new WeakMap<Session, Trail>();

/** The list after a history, by the streaming state: what differs from the last question is read anew, no more. */
export async function suggest(params: Params<"suggest">): Promise<SuggestionList> {
  const session = await sessionOf(params.run);
  const began = performance.now();
  const { history, unknown } = known(session, params.history);
  const user = userOf(session, params.user);
  const scores = await scoresAfter(session, user, history);
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > most) most = score;
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  const probability = (item: number) => Math.exp(scores[item] - most) / sum;
  const seen = new Set(history);
  const allowed = scores.slice();
  if (params.newOnly) for (const item of seen) allowed[item] = Number.NEGATIVE_INFINITY;
  const list = Array.from(
    topK(allowed, params.k),
    (item, i): Suggestion => ({
      ...session.songs[item],
      rank: i + 1,
      score: scores[item],
      probability: probability(item),
      seen: seen.has(item),
    }),
  );
  const watched = params.watch.map((id) => {
    const item = session.saved.items.indexOf(id);
    return item === 0
      ? { id, rank: null, probability: 0 }
      : { id, rank: rankOf(scores, item), probability: probability(item) };
  });
  return { model: session.saved.name, list, watched, unknown, milliseconds: performance.now() - began };
}

/** Reasons that are told of each kind. */
const MOST_UP = 3;
const MOST_DOWN = 2;

/** For each item of a list the plays that changed its probability most when left out: those for it, then those against. */
export async function explainList(params: Params<"explain">): Promise<ReasonRow[]> {
  const session = await sessionOf(params.run);
  const places: number[] = [];
  const history: number[] = [];
  params.history.forEach((id, place) => {
    const item = session.saved.items.indexOf(id);
    if (item > 0) places.push(place) && history.push(item);
  });
  const items = params.items.map((id, i) => ({ rank: i + 1, item: itemOf(session, id), probability: 0 }));
  const query = { user: userOf(session, params.user), history: Int32Array.from(history) };
  const reasons = await explain(session.saved.scorer, query, items, history.length);
  const told = (all: readonly Reason[]) => [
    ...all.filter(({ influence }) => influence > 0).slice(0, MOST_UP),
    ...all
      .filter(({ influence }) => influence < 0)
      .slice(-MOST_DOWN)
      .toReversed(),
  ];
  return params.items.map((id, i) => ({
    id,
    reasons: told(reasons[i]).map(({ position, item, influence }) => ({
      position: places[position],
      title: session.songs[item].title,
      factor: Math.exp(-influence),
    })),
  }));
}

/** Item indices of the ids that the model knows. */
function known({ saved }: Session, ids: readonly string[]): { history: number[]; unknown: number } {
  const history = ids.map((id) => saved.items.indexOf(id)).filter((item) => item > 0);
  return { history, unknown: ids.length - history.length };
}

/** The plays that `modelScorer` would read of a long history, so that both give the same list. */
function inWindow({ saved }: Session, history: readonly number[]): readonly number[] {
  const { windowLength } = saved;
  return history.slice(Math.max(0, Math.floor(history.length / windowLength) - 1) * windowLength);
}

function stateAfter(session: Session, user: number, items: readonly number[]): UserState {
  const { streaming } = session;
  const last = trails.get(session);
  const trail: Trail = last?.user === user ? last : { user, items: [], states: [streaming.start(user)] };
  trails.set(session, trail);
  const common = commonLength(trail, user, items);
  if (common === items.length) return trail.states[common];
  trail.items.length = common;
  trail.states.length = common + 1;
  for (const item of items.slice(common)) {
    trail.items.push(item);
    trail.states.push(streaming.play(trail.states[trail.states.length - 1], item));
  }
  return trail.states[trail.states.length - 1];
}

function commonLength(trail: Trail | undefined, user: number, items: readonly number[]): number {
  let common = 0;
  if (trail?.user === user) while (common < items.length && trail.items[common] === items[common]) common++;
  return common;
}

/**
 * Scores after a history. A short way from what was asked last is walked play by play; a long one is one pass through the
 * network, and the states for the next edits are made behind it.
 */
async function scoresAfter(session: Session, user: number, history: readonly number[]): Promise<Float32Array> {
  const items = inWindow(session, history);
  if (items.length - commonLength(trails.get(session), user, items) <= LONGEST_WALK)
    return session.streaming.scores(stateAfter(session, user, items));
  const scores = await session.saved.scorer.score([{ user, history: Int32Array.from(history) }]);
  void prepareStates(session, user, items);
  return scores;
}

const preparing = new WeakMap<Session, number>();

/** Makes the states of a history a few at a time, until another history is asked for. */
async function prepareStates(session: Session, user: number, items: readonly number[]): Promise<void> {
  const turn = (preparing.get(session) ?? 0) + 1;
  preparing.set(session, turn);
  for (let length = LONGEST_WALK; length < items.length + LONGEST_WALK; length += LONGEST_WALK) {
    await new Promise((resolve) => setImmediate(resolve));
    if (preparing.get(session) !== turn) return;
    stateAfter(session, user, items.slice(0, length));
  }
}

function rankOf(scores: Float32Array, item: number): number {
  let rank = 1;
  for (const score of scores) if (score > scores[item]) rank++;
  return rank;
}
