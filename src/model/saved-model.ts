import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RefrainError } from "../core/errors.js";
import { sha256, writeFileAtomic } from "../core/files.js";
import type { Scorer } from "../core/scorer.js";
import { Vocabulary } from "../sequence/vocabulary.js";
import { type ModelConfig, modelConfig } from "./config.js";
import { RecurrentModel } from "./recurrent-model.js";
import { modelScorer } from "./scorer.js";
import { readTensorFile, writeTensorFile } from "./tensor-file.js";
import { readWeights, writeWeights } from "./weights.js";

/** What a model needs beside its weights to answer in names, without the data. */
export interface ModelContext {
  readonly name: string;
  readonly items: Vocabulary;
  readonly users: Vocabulary;
  /** Title of each item index, [V+1]. */
  readonly titles: readonly string[];
  /** Other names of each item index, such as romanised titles, [V+1]. */
  readonly aliases: readonly (readonly string[])[];
  /** All known plays of each user index in time order, [U+1]; entry 0 is empty. */
  readonly histories: readonly (readonly number[])[];
  /** When each of these plays was heard, in seconds since 1970; absent where the log has no times. */
  readonly times?: readonly (readonly number[])[];
  /** T: plays of a training window; see `modelScorer`. */
  readonly windowLength: number;
}

export interface SavedModel extends ModelContext {
  readonly model: RecurrentModel;
  readonly scorer: Scorer;
}

/**
 * What is written below. 1: before there were times; its models were made without the options that came after it. Models that
 * copy plays, and those that read attributes, would answer otherwise than in the formats before these:
 */
export const MODEL_FORMAT = 5;
const COPIES_SINCE = 4;
const ATTRIBUTES_SINCE = 5;
const SINCE_1: Partial<ModelConfig> = { timeGap: false, hour: false, moment: false };

/** What context.json holds. */
export type SavedContext = Omit<ModelContext, "items" | "users"> & {
  readonly items: string[];
  readonly users: string[];
  readonly attributes?: readonly { readonly name: string; readonly values: string[]; readonly codes: number[] }[];
};

export const WEIGHTS = "model.bin";
export const CONTEXT = "context.json";

/** Writes a model into a folder from which it loads without the data: model.bin and context.json. */
export function saveModel(folder: string, model: RecurrentModel, context: ModelContext): void {
  const text = JSON.stringify({
    name: context.name,
    items: context.items.ids.slice(1),
    users: context.users.ids.slice(1),
    titles: context.titles,
    aliases: context.aliases,
    histories: context.histories,
    times: context.times,
    windowLength: context.windowLength,
    attributes: model.attributes.map(({ codes, ...rest }) => ({ ...rest, codes: Array.from(codes) })),
  });
  writeFileAtomic(join(folder, CONTEXT), text);
  writeTensorFile(
    join(folder, WEIGHTS),
    { format: MODEL_FORMAT, config: model.config, context: sha256(text) },
    readWeights(model.parameters),
  );
}

/**
 * Loads what `saveModel` wrote, in this version or an earlier one. The engine must have been started. The caller disposes
 * `model`.
 *
 * @throws {RefrainError} RUN_NOT_FOUND without the files; RUN_DAMAGED or CHECKPOINT_DAMAGED when they do not fit together;
 *         RUN_TOO_NEW when a later version wrote them; RUN_TOO_OLD for a model with copies or attributes of an earlier format
 */
export function loadModel(folder: string): SavedModel {
  if (!existsSync(join(folder, WEIGHTS)) || !existsSync(join(folder, CONTEXT)))
    throw new RefrainError("RUN_NOT_FOUND", `${folder} holds no finished model.`, { folder });
  const text = readFileSync(join(folder, CONTEXT), "utf8");
  const file = readTensorFile<{ format?: number; config: ModelConfig; context: string }>(join(folder, WEIGHTS));
  const { format = 1 } = file.meta;
  if (format > MODEL_FORMAT)
    throw new RefrainError("RUN_TOO_NEW", `${WEIGHTS} in ${folder} has format ${format}, newer than ${MODEL_FORMAT}.`, {
      folder,
    });
  if (file.meta.context !== sha256(text))
    throw new RefrainError("RUN_DAMAGED", `${CONTEXT} in ${folder} is not the one of the weights.`, { folder });
  const saved = JSON.parse(text) as SavedContext;
  const attributes = (saved.attributes ?? []).map((each) => ({ ...each, codes: Int32Array.from(each.codes) }));
  const config = modelConfig(format === 1 ? { ...SINCE_1, ...file.meta.config } : file.meta.config);
  const [what, since] =
    attributes.length > 0
      ? ["read attributes", ATTRIBUTES_SINCE]
      : ["copy plays", config.repeatWindow > 0 ? COPIES_SINCE : 0];
  if (format < since)
    throw new RefrainError(
      "RUN_TOO_OLD",
      `${WEIGHTS} in ${folder} has format ${format}; models that ${what} are read from format ${since} on.`,
      { folder },
    );
  const model = new RecurrentModel(config, saved.items.length, saved.users.length, 0, attributes);
  try {
    writeWeights(model.parameters, file.tensors);
  } catch (error) {
    model.dispose();
    throw error;
  }
  const { name, titles, aliases, histories, times, windowLength } = saved;
  const [items, users] = [new Vocabulary(saved.items), new Vocabulary(saved.users)];
  const scorer = modelScorer(model, name, windowLength);
  return { name, items, users, titles, aliases, histories, ...(times ? { times } : {}), windowLength, model, scorer };
}
