// A study as data, and what may happen to it. All functions here are pure: a store runs them while nobody else can.
import { checkInteger, checkNumber } from "../core/check.js";
import { Random } from "../core/random.js";
import { promotable, rungsOf } from "./halving.js";
import { drawPoint, newPoint, type Point, parseSpace } from "./space.js";
import { tpePoint } from "./tpe.js";
import type { Change, StudyDefinition, StudyTrial, Task, TaskResult } from "./trials.js";

/**
 * A definition with its defaults: TPE, every trial in one piece, seed 1.
 *
 * @throws {RefrainError} ARGUMENT_INVALID for rungs or a seed out of range; CONFIG_INVALID for a space that means nothing
 * @example studyDefinition({ space: { a: { values: [1, 2] } } }).sampler // "tpe"
 */
export function studyDefinition(options: Partial<StudyDefinition> & Pick<StudyDefinition, "space">): StudyDefinition {
  const { space, sampler = "tpe", halving = { first: 1, last: 1, eta: 3 }, seed = 1, metric = "value" } = options;
  checkNumber("halving.first", halving.first, Number.MIN_VALUE, 1e9);
  checkNumber("halving.last", halving.last, halving.first, 1e9);
  checkNumber("halving.eta", halving.eta, 1.1, 1000);
  checkInteger("seed", seed, 0);
  const { reference, identity = "" } = options;
  return { space: parseSpace(space), sampler, halving, seed, metric, ...(reference ? { reference } : {}), identity };
}

export interface ClaimOptions {
  readonly owner: string;
  readonly now: number;
  /** Trials at most; no new one starts beyond it. */
  readonly trials: number;
  /** True where a running trial may be taken from its owner. */
  readonly isLost: (trial: StudyTrial) => boolean;
  /** Owners in a row that may go away before a trial counts as failed. */
  readonly retries: number;
}

/**
 * The next piece of work: what was interrupted or lost first, then a promotion, then a new trial. "wait" while others run,
 * "done" when nothing can come any more.
 */
export function claim(
  definition: StudyDefinition,
  all: readonly StudyTrial[],
  { owner, now, trials, isLost, retries }: ClaimOptions,
): Change<Task | "wait" | "done"> {
  const save: StudyTrial[] = [];
  const current = all.map((trial) => {
    if (trial.status !== "running" || !isLost(trial)) return trial;
    const after = lostTrial(trial, retries);
    save.push(after);
    return after;
  });
  const take = (trial: StudyTrial, to: number): Change<Task> => {
    const attempt = trial.attempt + 1;
    const taken: StudyTrial = { ...trial, status: "running", target: to, attempt, owner, seen: now };
    const task = { trial: trial.number, attempt, options: trial.options, from: trial.units, to };
    return { save: [...save.filter(({ number }) => number !== trial.number), taken], result: task };
  };
  const waiting = current.find(({ status }) => status === "waiting");
  if (waiting) return take(waiting, waiting.target);
  const promotion = promotable(current, definition.halving, definition.reference !== undefined);
  if (promotion) return take(promotion.trial, promotion.to);
  const options = current.length < trials ? pointFor(definition, current) : undefined;
  if (options !== undefined) return take(newTrial(current.length, options), rungsOf(definition.halving)[0]);
  return { save, result: current.some(({ status }) => status === "running") ? "wait" : "done" };
}

function newTrial(number: number, options: Point): StudyTrial {
  const nothing = { units: 0, target: 0, results: [], attempt: 0, lost: 0, owner: null, seen: 0, reason: null };
  return { number, options, status: "waiting", ...nothing };
}

/** The point of the next new trial; undefined where the space has no more. Draws depend on the number of the trial alone. */
function pointFor(
  { space, sampler, seed, reference }: StudyDefinition,
  trials: readonly StudyTrial[],
): Point | undefined {
  if (trials.length === 0 && reference !== undefined) return reference;
  const random = Random.stream(seed, "trial", trials.length);
  const known = trials.map(({ options }) => options);
  const draw = () => drawPoint(space, random);
  if (sampler === "random") return newPoint(known, draw);
  const pending = trials.filter(({ results, status }) => results.length === 0 && status !== "failed");
  const tried = ranked(trials).map(({ options }) => options);
  const chosen = newPoint(known, () =>
    tpePoint(
      space,
      tried,
      pending.map(({ options }) => options),
      random,
    ),
  );
  return chosen ?? newPoint(known, draw);
}

const LEAST = Number.NEGATIVE_INFINITY;

/** Trials that were tried, the best first: who came further is better, then who was worth more. Failed ones are the worst. */
export function ranked(trials: readonly StudyTrial[]): StudyTrial[] {
  const place = (trial: StudyTrial) => (trial.status === "failed" ? -1 : trial.units);
  return trials
    .filter(({ results, status }) => results.length > 0 || status === "failed")
    .sort((a, b) => place(b) - place(a) || (trialValue(b) ?? LEAST) - (trialValue(a) ?? LEAST) || a.number - b.number);
}

/** The last value of a trial; null before the first. */
export function trialValue({ results }: StudyTrial): number | null {
  return results.at(-1)?.value ?? null;
}

/** The trial with the largest value, the earlier of equal ones; undefined where none has one. */
export function bestOf(trials: readonly StudyTrial[]): StudyTrial | undefined {
  const rated = trials.filter(({ results, status }) => results.length > 0 && status !== "failed");
  return rated.sort((a, b) => (trialValue(b) as number) - (trialValue(a) as number) || a.number - b.number)[0];
}

/** The trial as `task` left it; undefined where somebody else has it by now, whose result counts. */
function held(all: readonly StudyTrial[], task: Task): StudyTrial | undefined {
  return all.find(
    ({ number, attempt, status }) => number === task.trial && attempt === task.attempt && status === "running",
  );
}

const free = { owner: null, lost: 0 } as const;

/** Counts a result, once: undefined where the task was taken from its owner meanwhile. */
export function finish(
  { halving }: StudyDefinition,
  all: readonly StudyTrial[],
  task: Task,
  { value, seconds, ended = false }: TaskResult,
): Change<StudyTrial | undefined> {
  const trial = held(all, task);
  if (!trial) return { save: [], result: undefined };
  const results = [...trial.results, { units: task.to, value, seconds }];
  const status = ended || task.to >= halving.last ? "done" : "paused";
  const after: StudyTrial = { ...trial, ...free, status, units: task.to, results };
  return { save: [after], result: after };
}

/** Ends a trial whose options cannot work. */
export function fail(all: readonly StudyTrial[], task: Task, reason: string): Change<StudyTrial | undefined> {
  const trial = held(all, task);
  if (!trial) return { save: [], result: undefined };
  const after: StudyTrial = { ...trial, ...free, status: "failed", reason };
  return { save: [after], result: after };
}

/** Gives a trial back: "lost" where whoever trained it went away, "kept" where it was told to stop. */
export function giveBack(
  all: readonly StudyTrial[],
  task: Task,
  how: "lost" | "kept",
  retries: number,
): Change<StudyTrial | undefined> {
  const trial = held(all, task);
  if (!trial) return { save: [], result: undefined };
  const after: StudyTrial = how === "lost" ? lostTrial(trial, retries) : { ...trial, status: "waiting", owner: null };
  return { save: [after], result: after };
}

function lostTrial(trial: StudyTrial, retries: number): StudyTrial {
  const lost = trial.lost + 1;
  if (lost <= retries) return { ...trial, status: "waiting", owner: null, lost };
  return { ...trial, status: "failed", owner: null, lost, reason: `Whoever trained it went away ${lost} times.` };
}

/** Says that the owner of these trials still lives. */
export function beat(all: readonly StudyTrial[], owner: string, now: number): Change<void> {
  const save = all.flatMap((trial) =>
    trial.status === "running" && trial.owner === owner ? [{ ...trial, seen: now }] : [],
  );
  return { save, result: undefined };
}
