// A run of MovieLens 1M's size with weights as they start: what a request costs does not depend on what was learned.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../dist/core/random.js";
import { modelConfig, RecurrentModel, runConfig, saveModel, startEngine, withPreset } from "../../dist/index.js";
import { Vocabulary } from "../../dist/sequence/vocabulary.js";
import { ITEMS, USERS } from "./sizes.mjs";

/** Writes the run once into a folder of runs. */
export async function writeRun(runs, id) {
  const folder = join(runs, id);
  if (existsSync(join(folder, "model.bin"))) return;
  mkdirSync(folder, { recursive: true });
  await startEngine();
  const config = runConfig(withPreset("default", { data: { path: "made-up.csv" } }));
  const random = Random.stream(1, "serve");
  const names = (letter, n) => Array.from({ length: n }, (_, at) => `${letter}${at + 1}`);
  const histories = [
    [],
    ...names("u", USERS).map(() => Array.from({ length: 20 + random.integer(290) }, () => 1 + random.integer(ITEMS))),
  ];
  const times = histories.map((plays) => plays.map((_, n) => 1_700_000_000 + 3000 * n));
  const model = new RecurrentModel(modelConfig(config.model), ITEMS, USERS, 1);
  const titles = ["", ...names("Song number ", ITEMS)];
  const vocabularies = { items: new Vocabulary(names("i", ITEMS)), users: new Vocabulary(names("u", USERS)) };
  const context = {
    name: "LSTM",
    ...vocabularies,
    titles,
    aliases: titles.map(() => []),
    histories,
    times,
    windowLength: config.train.maxLength,
  };
  saveModel(folder, model, context);
  model.dispose();
  const record = {
    format: 1,
    id,
    status: "finished",
    startedAt: "2026-01-01T00:00:00.000Z",
    config,
    preset: "default",
    data: { path: "made-up.csv", sha256: "" },
    versions: {},
    engine: { name: "native", version: "" },
    cleaning: { read: 0, kept: 0, removed: 0, repaired: 0, steps: [], timeUnit: "none" },
    counts: { users: USERS, items: ITEMS, events: 0 },
    seconds: {},
  };
  writeFileSync(join(folder, "run.json"), JSON.stringify(record));
}
