// What is given to an exported network: plays and moments as its inputs want them.
import type { Query } from "../core/types.js";
import { pauseOf } from "../model/index.js";
import type { Port } from "./network/network.js";

/** One input or output of a network. @shape values row-major in `shape` */
export interface PortValues {
  readonly type: Port["type"];
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** All of them by name. */
export type Feeds = Readonly<Record<string, PortValues>>;

const [HOUR, DAY] = [3600, 86_400];

/** Hour of the day (UTC), 0 to 23; -1 where the moment is not known. @example hourOf(3 * 3600 + 59) // 3 */
export function hourOf(at: number): number {
  return Number.isFinite(at) ? Math.floor((((at % DAY) + DAY) % DAY) / HOUR) : -1;
}

/** The state before the first play, one row for each listener: all zeros. */
export function startState(inputs: readonly Port[], size = 1): Feeds {
  return Object.fromEntries(
    inputs
      .filter(({ isState }) => isState)
      .map(({ name, type, shape }) => {
        const sizes = [size, ...(shape.slice(1) as number[])];
        const count = sizes.reduce((a, b) => a * b, 1);
        const values = type === "float32" ? new Float32Array(count) : new Int32Array(count);
        return [name, { type, shape: sizes, values }];
      }),
  );
}

/** One play, or a question without one. */
export interface StepInput {
  /** 0 only asks. */
  readonly item: number;
  readonly user?: number;
  /** When the play before was heard, when this one is, and when the question behind it is asked; seconds since 1970. */
  readonly before?: number;
  readonly time?: number;
  readonly now?: number;
}

/** Inputs of a step for some listeners, beside their state. @param inputs of the network; what it does not take is left out */
export function stepFeeds(inputs: readonly Port[], rows: readonly StepInput[]): Feeds {
  const whole = (numberOf: (row: StepInput) => number): PortValues => ({
    type: "int32",
    shape: [rows.length],
    values: Int32Array.from(rows, numberOf),
  });
  const last = ({ item, before = Number.NaN, time = Number.NaN }: StepInput) => (item === 0 ? before : time);
  return known(inputs, {
    item: whole(({ item }) => item),
    user: whole(({ user = 0 }) => user),
    gap: whole(({ before = Number.NaN, time = Number.NaN }) => pauseOf(before, time)),
    hour: whole(({ time = Number.NaN }) => hourOf(time)),
    asked_gap: whole((row) => pauseOf(last(row), row.now ?? Number.NaN)),
    asked_hour: whole(({ now = Number.NaN }) => hourOf(now)),
  });
}

/** State that a step gave, as the state of the next one. */
export function nextState(outputs: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => name.endsWith("_next"))
      .map(([name, values]) => [name.slice(0, -"_next".length), values]),
  );
}

/** Inputs of a network over whole histories. Histories are used as they are: cut long ones before. */
export function sequenceFeeds(inputs: readonly Port[], queries: readonly Query[]): Feeds {
  const [B, T] = [queries.length, queries.reduce((most, { history }) => Math.max(most, history.length), 1)];
  const table = (numberOf: (query: Query, t: number) => number, none: number): PortValues => {
    const values = new Int32Array(B * T).fill(none);
    queries.forEach((query, b) => {
      for (let t = 0; t < query.history.length; t++) values[b * T + t] = numberOf(query, t);
    });
    return { type: "int32", shape: [B, T], values };
  };
  const column = (numberOf: (query: Query) => number): PortValues => ({
    type: "int32",
    shape: [B],
    values: Int32Array.from(queries, numberOf),
  });
  const timeOf = ({ times }: Query, t: number) => times?.[t] ?? Number.NaN;
  return known(inputs, {
    items: table(({ history }, t) => history[t], 0),
    user: column(({ user }) => user),
    gap: table((query, t) => pauseOf(timeOf(query, t - 1), timeOf(query, t)), -1),
    hour: table((query, t) => hourOf(timeOf(query, t)), -1),
    asked_gap: column((query) => pauseOf(timeOf(query, query.history.length - 1), query.now ?? Number.NaN)),
    asked_hour: column(({ now = Number.NaN }) => hourOf(now)),
  });
}

/** Only what the network takes: it may read no users, or no times. */
function known(inputs: readonly Port[], feeds: Feeds): Feeds {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.some((port) => port.name === name)));
}
