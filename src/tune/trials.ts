// What a study is made of.
import type { AnySpace, Point } from "./space.js";

/** How much a trial gets, in units of its own such as epochs: first at the first rung, eta times as much at each next one. */
export interface Halving {
  readonly first: number;
  /** Units at the last rung; equal to first where every trial runs in one piece. */
  readonly last: number;
  /** One trial in eta goes on to the next rung; > 1. */
  readonly eta: number;
}

/** What is searched and how; it does not change while a study lasts. */
export interface StudyDefinition {
  readonly space: AnySpace;
  readonly sampler: "random" | "tpe";
  readonly halving: Halving;
  readonly seed: number;
  /** Name of the value, which is larger where it is better. */
  readonly metric: string;
  /** Point of trial 0, such as the defaults; it is always trained to the end. */
  readonly reference?: Point;
  /** Hash of everything else that values follow from, such as data and code. */
  readonly identity: string;
}

/** What a trial was worth at a rung. */
export interface RungResult {
  readonly units: number;
  readonly value: number;
  /** That this piece took. */
  readonly seconds: number;
}

/** One trial: "waiting" was interrupted, "paused" stands at a rung until it is good enough to go on. */
export interface StudyTrial {
  readonly number: number;
  readonly options: Point;
  readonly status: "waiting" | "running" | "paused" | "done" | "failed";
  /** Units that are done and counted. */
  readonly units: number;
  /** Units that it runs to, or ran to. */
  readonly target: number;
  readonly results: readonly RungResult[];
  /** How often it was taken up; tells the one who has it from those who had it. */
  readonly attempt: number;
  /** How often in a row the one who had it went away. */
  readonly lost: number;
  readonly owner: string | null;
  /** When its owner was last heard of, ms since 1970. */
  readonly seen: number;
  readonly reason: string | null;
}

/** A piece of work: to train a trial from the units that it has to those that it should have. */
export interface Task {
  readonly trial: number;
  readonly attempt: number;
  readonly options: Point;
  readonly from: number;
  readonly to: number;
}

/** What a change of the trials saves, and what it tells. */
export interface Change<T> {
  readonly save: readonly StudyTrial[];
  readonly result: T;
}

/** What a piece of work came to. */
export interface TaskResult {
  readonly value: number;
  readonly seconds: number;
  /** True where more units would change nothing, such as after early stopping. */
  readonly ended?: boolean;
}
