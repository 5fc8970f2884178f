// A finished run taught new plays, and kept only if it is no worse for them.
import { basename } from "node:path";
import { checkInteger, checkNumber } from "../../core/check.js";
import { RefrainError } from "../../core/errors.js";
import type { TrainingEvent } from "../../core/events.js";
import { Random } from "../../core/random.js";
import { startEngine } from "../../engine/index.js";
import { validationMetrics } from "../../evaluate/index.js";
import { loadModel, modelScorer, type SavedModel, saveModel } from "../../model/index.js";
import { toWindows, type Window } from "../../sequence/batches.js";
import { train } from "../../train/index.js";
import { type RunConfig, runConfig } from "../config.js";
import { hashFiles } from "../prepare.js";
import { createRunFolder, newRunId, type RunRecord, readRecord, writeRecord } from "../run-folder.js";
import { cleanSource, readSource } from "../source.js";
import { grow } from "./grow.js";
import { guardCases, type NewPlays, newPlays } from "./plays.js";

export interface UpdateOptions {
  /** Log with the new plays; plays that the model knows already are left out, where there are times to tell by. */
  readonly data: string;
  /** How to read it, where the run's own way does not fit. */
  readonly reading?: Readonly<Record<string, unknown>>;
  /** Folder that holds the runs. */
  readonly runs: string;
  /** Rounds at most. Default 3. */
  readonly epochs?: number;
  /** Step size as a share of the run's own. Default 0.2. */
  readonly rate?: number;
  /** Share of the new plays, the latest ones, that the guard asks for. Default 0.2. */
  readonly guardShare?: number;
  /** Abort to stop; nothing is then kept. */
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface UpdateResult {
  /** True when the new model was no worse than the old one, and is a run of its own. */
  readonly kept: boolean;
  /** Folder of the new run; undefined when it was not kept. */
  readonly folder?: string;
  readonly metric: string;
  /** Of the old model on the guard's cases, where new items are misses. */
  readonly before: number;
  readonly after: number;
  readonly cases: number;
  readonly newItems: number;
  readonly newUsers: number;
}

export type UpdateEvent =
  | {
      readonly type: "plays";
      readonly known: number;
      readonly rare: number;
      readonly training: number;
      readonly validation: number;
      readonly newItems: number;
      readonly newUsers: number;
    }
  | { readonly type: "before"; readonly metric: string; readonly value: number; readonly cases: number }
  | TrainingEvent;

const DEFAULTS = { epochs: 3, rate: 0.2, guardShare: 0.2 };
/** Fewest steps of a round: a day's plays may be less than a batch. */
const STEPS = 20;

/**
 * Fine-tunes the model of a finished run on new plays, new items and new listeners. The run itself is never changed: the
 * result is a new run, and only when its metric on the latest of the new plays is at least that of the old model.
 *
 * Windows reach back into what was known, and as many windows of other listeners go along, so that what was learnt is not
 * lost (rehearsal: Robins 1995).
 *
 * @throws {RefrainError} as `readSource` and `cleanSource`; TOO_LITTLE_DATA without new plays; CONFIG_INVALID when the run's
 *         metric is not one of its protocol
 * @throws the signal's reason when it is aborted before a result
 */
export async function* updateRun(run: string, options: UpdateOptions): AsyncGenerator<UpdateEvent, UpdateResult> {
  const { epochs, rate, guardShare } = { ...DEFAULTS, ...stripped(options) };
  checkInteger("epochs", epochs, 1, 10_000);
  checkNumber("rate", rate, 1e-6, 1000);
  checkNumber("guardShare", guardShare, 0.01, 0.99);
  const record = readRecord(run);
  const config = newDataConfig(record.config, options);
  const source = await readSource(config, undefined, options);
  const { log, report, fileHash } = await cleanSource(source, config, { signal: options.signal });
  const engine = await startEngine("train");
  const saved = loadModel(run);
  try {
    const plays = newPlays(saved, log, guardShare, record.config.cleaning.minimumItemPlays);
    const { known, rare, training, validation } = plays;
    const newItems = plays.items.size - saved.items.size;
    const newUsers = plays.users.size - saved.users.size;
    yield { type: "plays", known, rare, training, validation, newItems, newUsers };
    const protocol = { ...record.config.protocol, candidates: "full" as const };
    const { metric } = record.config.train;
    const oldCases = guardCases(saved, plays, saved.items.size, saved.users.size);
    if (oldCases.length === 0) throw new RefrainError("TOO_LITTLE_DATA", "No play of the guard has a history.");
    const before = (await validationMetrics(saved.scorer, oldCases, protocol))[metric];
    yield { type: "before", metric, value: before, cases: oldCases.length };
    const model = grow(saved.model, plays, record.config.train.seed);
    try {
      const cases = guardCases(saved, plays, plays.items.size, plays.users.size);
      const own = record.config.train;
      const steps = { epochs, patience: epochs, minimumStepsPerEpoch: STEPS, warmupSteps: STEPS };
      const events = train({
        model,
        windows: windowsOf(saved, plays, own.maxLength, own.seed),
        config: { ...own, ...steps, learningRate: own.learningRate * rate },
        engine: engine.name,
        validate: (scorer) => validationMetrics(scorer, cases, protocol),
        signal: options.signal,
      });
      let epoch = 0;
      for await (const event of events) {
        yield event;
        if (event.type !== "end") continue;
        if (event.reason === "interrupted") throw options.signal?.reason;
        epoch = event.bestEpoch;
      }
      const scorer = modelScorer(model, saved.name, saved.windowLength);
      const after = (await validationMetrics(scorer, cases, protocol))[metric];
      const result = { metric, before, after, cases: cases.length, newItems, newUsers };
      if (!(after >= before)) return { kept: false, ...result };
      const folder = createRunFolder(options.runs, newRunId(`${record.config.name.slice(0, 50)}-updated`));
      saveModel(folder, model, { ...grownContext(saved, plays), windowLength: saved.windowLength });
      const updated: RunRecord = {
        ...record,
        id: basename(folder),
        startedAt: new Date().toISOString(),
        config,
        data: { path: source.paths[0], sha256: fileHash ?? (await hashFiles(source.paths)) },
        engine: { name: engine.name, version: engine.version },
        cleaning: report,
        counts: { users: plays.users.size, items: plays.items.size, events: training + validation },
        best: { epoch, value: after, metric },
        seconds: {},
        results: undefined,
        updatedFrom: { run: record.id, ...result },
      };
      writeRecord(folder, updated);
      return { kept: true, folder, ...result };
    } finally {
      model.dispose();
    }
  } finally {
    saved.model.dispose();
  }
}

/** Options that were given. */
function stripped(options: UpdateOptions): Partial<UpdateOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The run's configuration on another log, without limits that only make sense for a whole one. */
function newDataConfig(config: RunConfig, { data, reading = {} }: UpdateOptions): RunConfig {
  const { latest: _, ...cleaning } = config.cleaning;
  const few = { minimumUserPlays: 1, minimumItemPlays: 1 };
  const own = { ...config.data, path: data, validation: null, test: null, ...reading };
  return runConfig({ ...config, data: own, cleaning: { ...cleaning, ...few } });
}

/** Windows that end in the plays to train on, and as many of listeners without any. */
function windowsOf(saved: SavedModel, { byUser }: NewPlays, maxLength: number, seed: number): Window[] {
  const windows: Window[] = [];
  for (const [user, plays] of byUser) {
    if (plays.training === 0) continue;
    const before = (saved.histories[user] ?? []).slice(-maxLength);
    const items = Int32Array.from([...before, ...plays.items.slice(0, plays.training)]);
    windows.push(
      ...toWindows(
        [{ user, items, ...timesOf(saved, user, maxLength, plays.times.slice(0, plays.training)) }],
        maxLength,
      ),
    );
  }
  const others = saved.histories.flatMap((plays, user) =>
    user > 0 && plays.length > 1 && !byUser.has(user) ? [user] : [],
  );
  for (const user of Random.stream(seed, "rehearsal").shuffle(others).slice(0, windows.length)) {
    const items = Int32Array.from(saved.histories[user].slice(-maxLength - 1));
    const times = saved.times && Float64Array.from(saved.times[user].slice(-maxLength - 1));
    windows.push({ user, items, ...(times ? { times } : {}) });
  }
  return windows;
}

function timesOf(
  { histories, times }: SavedModel,
  user: number,
  most: number,
  after: readonly number[],
): { times?: Float64Array } {
  if (!times && after.every(Number.isNaN)) return {};
  const before = (times?.[user] ?? (histories[user] ?? []).map(() => Number.NaN)).slice(-most);
  return { times: Float64Array.from([...before, ...after]) };
}

/** What a model needs to answer in names, with the new plays in it. */
function grownContext(saved: SavedModel, plays: NewPlays): Omit<Parameters<typeof saveModel>[2], "windowLength"> {
  const { items, users, titles, byUser } = plays;
  const together = (old: readonly (readonly number[])[], of: "items" | "times") =>
    users.ids.map((_, user) => [...(old[user] ?? []), ...(byUser.get(user)?.[of] ?? [])]);
  return {
    name: saved.name,
    items,
    users,
    titles,
    aliases: titles.map((_, item) => saved.aliases[item] ?? []),
    histories: together(saved.histories, "items"),
    ...(saved.times ? { times: together(saved.times, "times") } : {}),
  };
}
