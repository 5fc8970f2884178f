import { explain, type Reason, topK, type UserState } from "refrain";
import { type Heard, heardOf, queryOf } from "./heard.js";
import type { Params, ReasonRow, Suggestion, SuggestionList } from "./protocol.js";
import { isOpen, itemOf, type Session, sessionOf } from "./session.js";

/** What is read of a history. */
type Plays = Pick<Heard, "user" | "items" | "times">;

/** States after each play of the last history that was asked about, so that an edit near its end costs a few steps. */
interface Trail {
  readonly user: number;
  readonly items: number[];
  readonly times: number[];
  readonly states: UserState[];
}

/** Plays that are walked one at a time within an answer. */
const LONGEST_WALK = 12;

const trails = new WeakMap<Session, Trail>();

/**
 * The list after a history, by the streaming state: what differs from the last question is read anew, no more.
 *
 * With the times of the plays, the moment of a held-out play as `now`, and `newOnly` as the protocol has it, the rank of a
 * watched song is that of the test (the best one among equal scores).
 *
 * @throws {RefrainError} as `heardOf`
 */
export async function suggest(params: Params<"suggest">): Promise<SuggestionList> {
  const session = await sessionOf(params.run);
  const began = performance.now();
  const heard = heardOf(session, params);
  const scores = await scoresAfter(session, heard);
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > most) most = score;
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  const probability = (item: number) => Math.exp(scores[item] - most) / sum;
  const seen = new Set(heard.items);
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
      : { id, rank: rankOf(scores[item], allowed), probability: probability(item) };
  });
  const unknown = params.history.length - heard.items.length;
  return { model: session.saved.name, list, watched, unknown, milliseconds: performance.now() - began };
}

/** Reasons that are told of each kind. */
const MOST_UP = 3;
const MOST_DOWN = 2;

/** For each item of a list the plays that changed its probability most when left out: those for it, then those against. */
export async function explainList(params: Params<"explain">): Promise<ReasonRow[]> {
  const session = await sessionOf(params.run);
  const heard = heardOf(session, params);
  const items = params.items.map((id, i) => ({ rank: i + 1, item: itemOf(session, id), probability: 0 }));
  const reasons = await explain(session.saved.scorer, queryOf(heard), items, heard.items.length);
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
      position: heard.places[position],
      title: session.songs[item].title,
      factor: Math.exp(-influence),
    })),
  }));
}

/** The plays that `modelScorer` would read of a long history, so that both give the same list. */
function inWindow({ saved }: Session, { user, items, times }: Heard): Plays {
  const { windowLength } = saved;
  const skipped = Math.max(0, Math.floor(items.length / windowLength) - 1) * windowLength;
  return { user, items: items.slice(skipped), times: times.slice(skipped) };
}

function stateAfter(session: Session, plays: Plays): UserState {
  const { streaming } = session;
  const { user, items, times } = plays;
  const last = trails.get(session);
  const trail: Trail = last?.user === user ? last : { user, items: [], times: [], states: [streaming.start(user)] };
  trails.set(session, trail);
  const common = commonLength(trail, plays);
  if (common === items.length) return trail.states[common];
  trail.items.length = common;
  trail.times.length = common;
  trail.states.length = common + 1;
  for (let at = common; at < items.length; at++) {
    trail.items.push(items[at]);
    trail.times.push(times[at]);
    trail.states.push(streaming.play(trail.states[at], items[at], times[at]));
  }
  return trail.states[items.length];
}

/** How many first plays a trail has in common with a history: the same songs at the same moments. */
function commonLength(trail: Trail | undefined, { user, items, times }: Plays): number {
  let common = 0;
  if (trail?.user === user)
    while (
      common < items.length &&
      trail.items[common] === items[common] &&
      Object.is(trail.times[common], times[common])
    )
      common++;
  return common;
}

/**
 * Scores after a history. A short way from what was asked last is walked play by play; a long one is one pass through the
 * network, and the states for the next edits are made behind it.
 */
async function scoresAfter(session: Session, heard: Heard): Promise<Float32Array> {
  const plays = inWindow(session, heard);
  if (plays.items.length - commonLength(trails.get(session), plays) <= LONGEST_WALK)
    return session.streaming.scores(stateAfter(session, plays), heard.now);
  const scores = await session.saved.scorer.score([queryOf(heard)]);
  void prepareStates(session, plays);
  return scores;
}

const preparing = new WeakMap<Session, number>();

/** Makes the states of a history a few at a time, until another history is asked for. */
async function prepareStates(session: Session, { user, items, times }: Plays): Promise<void> {
  const turn = (preparing.get(session) ?? 0) + 1;
  preparing.set(session, turn);
  for (let length = LONGEST_WALK; length < items.length + LONGEST_WALK; length += LONGEST_WALK) {
    await new Promise((resolve) => setImmediate(resolve));
    if (preparing.get(session) !== turn || !isOpen(session)) return;
    stateAfter(session, { user, items: items.slice(0, length), times });
  }
}

function rankOf(own: number, scores: Float32Array): number {
  let rank = 1;
  for (const score of scores) if (score > own) rank++;
  return rank;
}
