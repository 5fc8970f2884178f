import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RefrainError } from "../../src/core/errors.js";
import {
  bestOf,
  CannotWork,
  MemoryStudy,
  type Objective,
  type OptimiseOptions,
  openStudy,
  optimise,
  rungsOf,
  type StudyEvent,
  type StudyStore,
  studyDefinition,
  type Task,
  trialValue,
  WorkLost,
} from "../../src/tune/index.js";
import { claim, fail, finish, giveBack } from "../../src/tune/study.js";
import { ProcessPool, poolSize } from "../../src/tune/workers/pool.js";
import { hasCode } from "../evaluate/helpers.js";
import { isBuilt } from "../support/cli.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const space = { x: { low: 0, high: 1, scale: "linear" } } as const;
const halving = { first: 1, last: 9, eta: 3 };
const definition = studyDefinition({ space, sampler: "random", halving });
/** Worth most at x = 1, and a little more with every unit. */
const worth = ({ options, to }: Task) => (options.x as number) + to / 1000;
const objective: Objective = async (task) => ({ value: worth(task) });

async function eventsOf(store: StudyStore, own: Objective, options: OptimiseOptions): Promise<StudyEvent[]> {
  const events: StudyEvent[] = [];
  for await (const event of optimise(store, own, options)) events.push(event);
  return events;
}

describe("successive halving", () => {
  test("has rungs up to the last one, and one where there is nothing to halve", () => {
    expect(rungsOf(halving)).toEqual([1, 3, 9]);
    expect(rungsOf({ first: 1, last: 5, eta: 3 })).toEqual([1, 3, 5]);
    expect(rungsOf({ first: 4, last: 4, eta: 3 })).toEqual([4]);
    expect(rungsOf({ first: 1, last: 4, eta: 1.2 })).toEqual([1, 2, 3, 4]);
  });

  test("passes the best third on at every rung, so that the best of all is trained in full", async () => {
    const store = new MemoryStudy(definition);
    await eventsOf(store, objective, { trials: 27 });
    const trials = store.trials();
    const order = [...trials].sort((a, b) => (b.options.x as number) - (a.options.x as number));
    expect(trials).toHaveLength(27);
    // In the worst order a rung has passed more on than its third at the end; never fewer, and never one out of the first third.
    expect(order.slice(0, 9).every(({ units }) => units >= 3)).toBe(true);
    expect(order.slice(0, 3).every(({ units }) => units === 9)).toBe(true);
    expect(bestOf(trials)).toEqual(order[0]);
    const units = trials.reduce((sum, trial) => sum + trial.units, 0);
    expect(units).toBeLessThan(0.5 * 27 * 9);
    for (const { units, results } of trials)
      expect(results.map((each) => each.units)).toEqual([1, 3, 9].filter((rung) => rung <= units));
  });

  test("a trial that failed counts as the worst of its rung", async () => {
    const store = new MemoryStudy(definition);
    const own: Objective = async (task) => {
      if (task.trial < 2) throw new RefrainError("LOSS_NOT_FINITE", "too fast");
      return { value: worth(task) };
    };
    await eventsOf(store, own, { trials: 3 });
    expect(store.trials().map(({ status, units }) => [status, units])).toEqual([
      ["failed", 0],
      ["failed", 0],
      ["paused", 3], // the best of the three at the first rung, and alone at the second
    ]);
  });

  test("the reference comes first and is trained in full even where it is the worst", async () => {
    const store = new MemoryStudy(studyDefinition({ ...definition, reference: { x: 0 } }));
    await eventsOf(store, objective, { trials: 6 });
    expect(store.trials()[0]).toMatchObject({ options: { x: 0 }, status: "done", units: 9 });
  });

  test("what ended early is not begun again", async () => {
    const store = new MemoryStudy(definition);
    await eventsOf(store, async (task) => ({ value: worth(task), ended: true }), { trials: 9 });
    expect(store.trials().every(({ status, results }) => status === "done" && results.length === 1)).toBe(true);
  });
});

describe("a study among many", () => {
  type Step = readonly [kind: "claim" | "finish" | "again" | "fail" | "lose" | "expire", pick: number];
  const steps = fc.array(
    fc.tuple(fc.constantFrom("claim", "claim", "finish", "finish", "again", "fail", "lose", "expire"), fc.nat(1000)),
    { maxLength: 120 },
  ) as fc.Arbitrary<Step[]>;
  const TRIALS = 12;

  /** Workers that take, finish, lose, and finish once more what they no longer have. */
  function play(store: StudyStore, history: readonly Step[]): void {
    const handed: Task[] = [];
    const counted = new Map<string, number>();
    const take = (lost: (number: number) => boolean): string => {
      const isLost = ({ number }: { number: number }) => lost(number);
      const options = { owner: "w", now: 1, trials: TRIALS, isLost, retries: 1000 };
      const task = store.update((all) => claim(store.definition, all, options));
      if (typeof task === "string") return task;
      handed.push(task);
      return "task";
    };
    const end = (task: Task, failing = false): boolean => {
      const after = failing
        ? store.update((all) => fail(all, task, "no"))
        : store.update((all) => finish(store.definition, all, task, { value: worth(task), seconds: 1 }));
      const key = `${task.trial}/${task.to}`;
      if (after) counted.set(key, (counted.get(key) ?? 0) + 1);
      return after !== undefined;
    };
    for (const [kind, pick] of history) {
      const task = handed[pick % Math.max(1, handed.length)];
      if (kind === "claim") take(() => false);
      else if (kind === "expire") take((number) => number === pick % TRIALS);
      else if (task === undefined) continue;
      else if (kind === "lose") store.update((all) => giveBack(all, task, "lost", 1000));
      else {
        end(task, kind === "fail");
        if (kind === "again") expect(end(task)).toBe(false);
      }
    }
    for (let left = 1000; left > 0; left--) {
      const next = take(() => true); // nobody else is left
      if (next === "done") break;
      if (next === "task") end(handed[handed.length - 1]);
    }
    const trials = store.trials();
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: TRIALS }, (_, n) => n));
    expect(trials.every(({ status }) => status !== "running" && status !== "waiting")).toBe(true);
    for (const { number, results, units, status } of trials) {
      expect(results.map((each) => each.units)).toEqual(rungsOf(halving).filter((rung) => rung <= units));
      for (const result of results) expect(counted.get(`${number}/${result.units}`)).toBe(1);
      if (status !== "failed") expect(results.length).toBeGreaterThan(0);
    }
    expect([...counted.values()].every((times) => times === 1)).toBe(true);
  }

  test("no trial is lost and none is counted twice, whatever workers do", () => {
    fc.assert(
      fc.property(steps, (history) => play(new MemoryStudy(definition), history)),
      { numRuns: 60 },
    );
  });

  test("the same in a file that two of them have open", async () => {
    let file = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const path = join(folder, `shared-${file++}.sqlite`);
        const [one, two] = [await openStudy(path, definition), await openStudy(path, definition)];
        let turn = 0;
        const both: StudyStore = {
          ...{ id: one.id, definition: one.definition, close: () => {} },
          trials: () => two.trials(),
          update: (change) => (turn++ % 2 === 0 ? one : two).update(change),
        };
        try {
          play(both, history);
        } finally {
          one.close();
          two.close();
        }
      }),
      { numRuns: 2 },
    );
  });

  test("a worker that came back late changes nothing", () => {
    const store = new MemoryStudy(definition);
    const options = { owner: "a", now: 0, trials: 1, isLost: () => true, retries: 3 };
    const first = store.update((all) => claim(definition, all, options)) as Task;
    const second = store.update((all) => claim(definition, all, { ...options, owner: "b" })) as Task;
    expect([second.trial, second.attempt]).toEqual([first.trial, first.attempt + 1]);
    const result = { value: 0.5, seconds: 1 };
    expect(store.update((all) => finish(definition, all, first, result))).toBeUndefined();
    expect(store.update((all) => finish(definition, all, second, result))).toMatchObject({ units: 1 });
    expect(store.update((all) => finish(definition, all, second, result))).toBeUndefined();
  });
});

describe("optimise", () => {
  test("keeps as many running as it is told to, and the same seed draws the same points", async () => {
    const [one, many] = [new MemoryStudy(definition), new MemoryStudy(definition)];
    await eventsOf(one, objective, { trials: 9 });
    let busy = 0;
    let most = 0;
    const slow: Objective = async (task) => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 2));
      busy--;
      return { value: worth(task) };
    };
    await eventsOf(many, slow, { trials: 9, parallel: () => 4 });
    expect(most).toBe(4);
    expect(many.trials().map(({ options }) => options)).toEqual(one.trials().map(({ options }) => options));
  });

  test("stops when told, gives back what runs, and another call goes on to the same result", async () => {
    const path = join(folder, "stopped.sqlite");
    const store = await openStudy(path, definition);
    const controller = new AbortController();
    const own: Objective = (task, { signal }) =>
      new Promise((resolve, reject) => {
        if (task.trial < 2) return resolve({ value: worth(task) });
        signal.addEventListener("abort", () => reject(signal.reason));
        setTimeout(() => controller.abort(), 1);
      });
    await eventsOf(store, own, { trials: 9, signal: controller.signal });
    expect(store.trials().map(({ status }) => status)).toEqual(["paused", "paused", "waiting"]);
    store.close();

    const again = await openStudy(path);
    await eventsOf(again, objective, { trials: 9 });
    const whole = new MemoryStudy(definition);
    await eventsOf(whole, objective, { trials: 9 });
    expect(again.trials().map(({ results }) => results.map(({ value }) => value))).toEqual(
      whole.trials().map(({ results }) => results.map(({ value }) => value)),
    );
    again.close();
  });

  test("takes a trial up again when its worker went away, until too many did", async () => {
    const store = new MemoryStudy(definition);
    const own: Objective = async (task) => {
      if (task.trial === 0 && task.attempt <= 2) throw new WorkLost("killed");
      if (task.trial === 1) throw new WorkLost("killed");
      return { value: worth(task) };
    };
    const events = await eventsOf(store, own, { trials: 3, retries: 2 });
    expect(events.filter(({ type }) => type === "trial-lost")).toHaveLength(4);
    const [first, second] = store.trials();
    expect(first).toMatchObject({ lost: 0, units: expect.any(Number) });
    expect(trialValue(first)).not.toBeNull();
    expect(second).toMatchObject({ status: "failed", lost: 3, reason: expect.stringContaining("3 times") });
  });

  test("a value that is no number fails its trial; an error of no trial ends the search with the others given back", async () => {
    const store = new MemoryStudy(definition);
    await eventsOf(store, async () => ({ value: Number.NaN }), { trials: 2 });
    expect(store.trials().every(({ status }) => status === "failed")).toBe(true);
    const broken = new MemoryStudy(definition);
    const cause = new RefrainError("ENGINE_UNAVAILABLE", "none");
    const own: Objective = async () => {
      throw new CannotWork(cause);
    };
    await expect(eventsOf(broken, own, { trials: 2 })).rejects.toBe(cause);
    expect(broken.trials().map(({ status }) => status)).toEqual(["waiting"]);
  });

  test("leaves at once where the caller does, and the trial is free again", async () => {
    const store = new MemoryStudy(definition);
    const own: Objective = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    for await (const _ of optimise(store, own, { trials: 2 })) break;
    expect(store.trials()[0].status).toBe("waiting");
  });

  test("tells the time left, and starts nothing after its time", async () => {
    const store = new MemoryStudy(definition);
    const events = await eventsOf(store, async (task) => ({ value: worth(task), seconds: 2 }), { trials: 3 });
    const left = events.flatMap((event) => (event.type === "trial-result" ? [event.secondsLeft] : []));
    expect(left[0]).toBeGreaterThan(2);
    expect(left.at(-1)).toBeLessThan(left[0]);
    const late = new MemoryStudy(definition);
    await eventsOf(late, async (task) => new Promise((resolve) => setTimeout(resolve, 5, { value: worth(task) })), {
      trials: 50,
      seconds: 0.004,
    });
    expect(late.trials().length).toBeLessThan(5);
  });

  test("refuses options out of range", async () => {
    const store = new MemoryStudy(definition);
    for (const [name, options] of Object.entries({ trials: { trials: 0 }, lease: { trials: 1, lease: 0 } }))
      await expect(eventsOf(store, objective, options)).rejects.toThrow(hasCode("ARGUMENT_INVALID", name));
    expect(() => studyDefinition({ space, halving: { first: 3, last: 1, eta: 3 } })).toThrow(
      hasCode("ARGUMENT_INVALID", "halving.last"),
    );
  });
});

describe("a study file", () => {
  test("is opened again as it was, and refused for another search", async () => {
    const path = join(folder, "again.sqlite");
    const store = await openStudy(path, definition);
    await eventsOf(store, objective, { trials: 4 });
    const [id, trials] = [store.id, store.trials()];
    store.close();
    const again = await openStudy(path, definition);
    expect([again.id, again.trials(), again.definition]).toEqual([id, trials, definition]);
    again.close();
    await expect(openStudy(path, { ...definition, seed: 2 })).rejects.toThrow(hasCode("STUDY_MISMATCH", "seed"));
  });

  test("that is none, or not there, is refused with its path", async () => {
    const path = join(folder, "text.sqlite");
    writeFileSync(path, "this is no database, however long it may be. ".repeat(100));
    await expect(openStudy(path, definition)).rejects.toThrow(hasCode("STUDY_UNREADABLE", path));
    const none = join(folder, "none.sqlite");
    await expect(openStudy(none)).rejects.toThrow(hasCode("STUDY_UNREADABLE", none));
  });
});

test("a pool has one process until it knows what one takes, then as many as memory and processors allow", () => {
  expect(poolSize({ most: 8, peak: 0, available: 1e12, busy: 0 })).toBe(1);
  expect(poolSize({ most: 8, peak: 1e9, available: 4e9, busy: 1 })).toBe(4);
  expect(poolSize({ most: 2, peak: 1e9, available: 4e10, busy: 1 })).toBe(2);
  expect(poolSize({ most: 8, peak: 1e9, available: 1e8, busy: 0 })).toBe(1);
});

test.skipIf(!isBuilt)(
  "a child that still reads its log stops at once (needs npm run build)",
  async () => {
    const pool = new ProcessPool({ entry: new URL("../support/slow-start.mjs", import.meta.url), begin: {}, most: 1 });
    const controller = new AbortController();
    const task: Task = { trial: 0, attempt: 1, options: {}, from: 0, to: 1 };
    const running = pool.run(task, { signal: controller.signal, tell: () => {} });
    const began = performance.now();
    setTimeout(() => controller.abort(new Error("enough")), 500); // by then it reads, or will be told before it does
    await expect(running).rejects.toThrow("enough");
    expect(performance.now() - began).toBeLessThan(30_000);
    pool.close();
  },
  40_000,
);
