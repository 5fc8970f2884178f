// One line of the table with one seed: a whole run, which reads the test part once at its end.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { compare } from "../../dist/evaluate/index.js";
import {
  evaluate,
  fitBaseline,
  fitBlend,
  loadModel,
  prepare,
  readEpochs,
  readRecord,
  resumeRun,
  runConfig,
  startEngine,
  startRun,
  withPreset,
} from "../../dist/index.js";
import { merged } from "../validation.mjs";
import { LINES, SETS } from "./lines.mjs";

/** The configuration of a line with a seed. @param folder of `--data` */
export function configOf(line, seed, folder, more = {}) {
  const { set, preset = "movielens", options = {}, baselines = [] } = line;
  const data = SETS[set].data((...path) => resolve(folder, ...path));
  const given = [{ data }, SETS[set].options, options, more, { train: { seed } }].reduce(merged);
  return runConfig(withPreset(preset, { ...given, baselines, name: set }));
}

/** True where the log of a set is here. */
export function isHere(set, folder) {
  const { path } = SETS[set].data((...parts) => resolve(folder, ...parts));
  return path === "jkpop" || existsSync(path);
}

/**
 * Measures a line, goes on with it where it was interrupted, or takes what is known.
 *
 * @param out folder that keeps runs
 * @returns what `measured.json` holds of it; undefined where it was interrupted
 */
export async function measureLine(name, seed, { folder, out, signal, tell = () => {} }) {
  const line = LINES[name];
  if (line.blend) return measureBlend(name, seed, { folder, out, signal, tell });
  const config = configOf(line, seed, folder);
  const run = await runOf(name, seed, config, { out, signal, tell });
  if (!run) return undefined;
  const record = readRecord(run);
  const model = record.results.reference;
  return {
    line: name,
    seed,
    ...rowOf(record.results, model, line.shown),
    best: record.best,
    curve: readEpochs(run).map(({ metrics }) => metrics[config.train.metric]),
    seconds: { training: record.seconds.training, test: record.seconds.evaluation },
    ...machine(record.engine.name),
  };
}

/** Folder of the finished run of a line; undefined where it was interrupted. */
export async function runOf(name, seed, config, { out, signal, tell }) {
  const pointer = join(out, `${name}-${seed}.json`);
  const { latest: _, ...cleaning } = config.cleaning; // by default it is tomorrow's
  const choices = JSON.stringify({ ...config, cleaning });
  const known = existsSync(pointer) ? JSON.parse(readFileSync(pointer, "utf8")) : undefined;
  const same = known?.choices === choices && existsSync(join(known.run, "run.json")) ? known.run : undefined;
  if (same && readRecord(same).status === "finished") return same;
  let run = same;
  let finished = false;
  const events = same
    ? resumeRun(same, signal)
    : startRun(config, { runs: join(out, "runs"), preset: LINES[name].preset, signal });
  for await (const event of events) {
    if (event.type === "prepared") {
      run = event.folder;
      writeFileSync(pointer, JSON.stringify({ run, choices }));
    }
    finished ||= event.type === "results";
    tell(event);
  }
  return finished ? run : undefined;
}

/** The model of another line with techniques beside it, by weights that validation chooses. */
async function measureBlend(name, seed, { folder, out, signal, tell }) {
  const { blend, shown } = LINES[name];
  const base = LINES[blend.line];
  const config = configOf(base, seed, folder);
  const run = await runOf(blend.line, seed, config, { out, signal, tell });
  if (!run) return undefined;
  await startEngine("score");
  const prepared = await prepare(config, signal);
  const { histories } = prepared;
  const began = performance.now();
  const saved = loadModel(run);
  try {
    const parts = [saved.scorer];
    for (const part of blend.with) parts.push(await fitBaseline(part, histories, { signal }));
    const mixed = await fitBlend(histories, parts, blend.options, { signal });
    const evaluations = [];
    for (const scorer of [mixed, ...parts])
      evaluations.push(await evaluate(scorer, histories, "test", config.protocol, { signal }));
    const table = compare(evaluations, { reference: mixed.name });
    const row = rowOf(table, mixed.name, shown);
    const others = rowOf(readRecord(run).results, saved.name, shown).scorers; // measured on the same cases, by the run
    for (const [scorer, { metrics }] of Object.entries(others)) row.scorers[scorer] ??= { metrics };
    return {
      line: name,
      seed,
      ...row,
      weights: Object.fromEntries(parts.map((part, at) => [part.name, mixed.weights[at]])),
      best: { metric: `NDCG@${blend.options.cutoff ?? 10} of the blend`, value: mixed.value },
      seconds: { training: readRecord(run).seconds.training, test: (performance.now() - began) / 1000 },
      ...machine(readRecord(run).engine.name),
    };
  } finally {
    saved.model.dispose();
  }
}

/** What is kept of a results table: the shown metrics of each scorer, and how far each is from the model. */
function rowOf(table, model, shown) {
  const pick = (metrics) =>
    metrics &&
    Object.fromEntries(
      metrics
        .filter(({ name }) => shown.includes(name))
        .map(({ name, value, low, high }) => [name, { value, low, high }]),
    );
  const { split, support, users, items, cases, seen, candidates, ties } = table.protocol;
  return {
    protocol: { split, support, users, items, cases, seen, candidates, ties },
    model,
    scorers: Object.fromEntries(
      table.rows.map(({ scorer, metrics, differences }) => [
        scorer,
        { metrics: pick(metrics), difference: pick(differences) },
      ]),
    ),
  };
}

function machine(engine) {
  return {
    engine,
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    on: new Date().toISOString().slice(0, 10),
  };
}
