import type { Scorer } from "../core/scorer.js";
import type { EvaluationCase } from "../core/types.js";
import { startEngine } from "../engine/index.js";
import { rankTargets } from "../evaluate/index.js";
import { modelScorer, RecurrentModel } from "../model/index.js";
import { toWindows } from "../sequence/batches.js";
import { evaluationCases, trainHistories } from "../sequence/histories.js";
import { train } from "../train/index.js";
import type { RunConfig } from "./config.js";
import { prepare } from "./prepare.js";

/** What a run would take, from a few of its own steps on this machine. */
export interface RunEstimate {
  readonly engine: string;
  readonly users: number;
  readonly items: number;
  readonly parameters: number;
  readonly stepsPerEpoch: number;
  readonly secondsPerStep: number;
  /** All epochs, each with its validation; a run that stops early takes less. */
  readonly trainingSeconds: number;
  /** Test of the model. Baselines come on top, and are not estimated. */
  readonly testSeconds: number;
  /** Memory of the process at its highest, in bytes. */
  readonly peakBytes: number;
  /** Memory that this process could still have had, in bytes. */
  readonly availableBytes: number;
  /** Time that the measurement itself took. */
  readonly measuredSeconds: number;
}

/** Steps before the first that counts: memory is claimed and kernels are chosen in them. */
const WARM_UP = 8;
const FEWEST_STEPS = 3;
/** Seconds of steps, and of ranking, that are measured. */
const BUDGET = 1.5;
/** Two batches of ranking: the first claims memory, the second is timed. */
const CASES = 2 * 4096;
/** Copies of the weights that come later: the best ones, and a checkpoint with both moments of Adam. */
const LATER_COPIES = 4;

/**
 * Takes a few training steps and ranks a few validation cases of a configuration, and says what the whole run would take.
 * Nothing is saved. The peak of memory is that of this process since its start: ask in a process of its own.
 *
 * @throws {RefrainError} as `prepare` and `train`
 * @throws the signal's reason once it is aborted
 */
export async function estimateRun(config: RunConfig, signal?: AbortSignal): Promise<RunEstimate> {
  const began = performance.now();
  const { histories, attributes } = await prepare(config, signal);
  const engine = await startEngine("train");
  const model = new RecurrentModel(
    config.model,
    histories.items.size,
    histories.users.size,
    config.train.seed,
    attributes,
  );
  try {
    const { stepsPerEpoch, secondsPerStep } = await stepTime(model, histories, config, engine.name, signal);
    const [validation, test] = (["validation", "test"] as const).map((part) => evaluationCases(histories, part));
    const scorer = modelScorer(model, "model", config.train.maxLength);
    const secondsPerCase = await caseTime(scorer, spread(validation), config.protocol, signal);
    const { epochs } = config.train;
    return {
      engine: engine.reason,
      users: histories.users.size,
      items: histories.items.size,
      parameters: model.parameterCount,
      stepsPerEpoch,
      secondsPerStep,
      trainingSeconds: epochs * (stepsPerEpoch * secondsPerStep + validation.length * secondsPerCase),
      testSeconds: test.length * secondsPerCase,
      peakBytes: 1024 * process.resourceUsage().maxRSS + LATER_COPIES * 4 * model.parameterCount,
      availableBytes: process.availableMemory() + process.memoryUsage.rss(),
      measuredSeconds: (performance.now() - began) / 1000,
    };
  } finally {
    model.dispose();
  }
}

async function stepTime(
  model: RecurrentModel,
  histories: Parameters<typeof trainHistories>[0],
  config: RunConfig,
  engine: string,
  signal?: AbortSignal,
): Promise<{ stepsPerEpoch: number; secondsPerStep: number }> {
  const events = train({
    model,
    windows: toWindows(trainHistories(histories), config.train.maxLength),
    config: config.train,
    engine,
    validate: async () => ({ [config.train.metric]: 0 }),
    signal,
  });
  let stepsPerEpoch = 0;
  let steps = 0;
  let from = performance.now();
  let last = from;
  for await (const event of events) {
    if (event.type === "start") stepsPerEpoch = event.stepsPerEpoch;
    if (event.type !== "step") continue;
    steps++;
    if (steps === WARM_UP) from = performance.now();
    last = performance.now();
    if (steps >= WARM_UP + FEWEST_STEPS && last - from > 1000 * BUDGET) break;
  }
  signal?.throwIfAborted();
  return { stepsPerEpoch, secondsPerStep: (last - from) / 1000 / Math.max(1, steps - WARM_UP) };
}

/** Whole users from all over a part: cases of one user share their history. */
function spread(cases: readonly EvaluationCase[]): EvaluationCase[] {
  const stride = Math.max(1, Math.ceil(cases.length / CASES));
  return cases.filter(({ userCode }) => userCode % stride === 0);
}

async function caseTime(
  scorer: Scorer,
  cases: readonly EvaluationCase[],
  protocol: RunConfig["protocol"],
  signal?: AbortSignal,
): Promise<number> {
  const began = performance.now();
  const enough = new AbortController();
  const seen: { done: number; at: number }[] = [];
  const onProgress = (done: number) => {
    seen.push({ done, at: performance.now() });
    if (seen.length > 2 && performance.now() - began > 1000 * BUDGET) enough.abort();
  };
  const either = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
  await rankTargets(scorer, cases, protocol, { signal: either, onProgress }).catch((error) => {
    if (!enough.signal.aborted || signal?.aborted) throw error;
  });
  const [first, last] = [seen.at(0), seen.at(-1)];
  if (!first || !last) return 0;
  if (first === last) return (first.at - began) / 1000 / first.done;
  return (last.at - first.at) / 1000 / (last.done - first.done);
}
