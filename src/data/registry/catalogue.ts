import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { closest } from "fastest-levenshtein";
import { RefrainError } from "../../core/errors.js";
import { type Dataset, parseDataset } from "./descriptor.js";

/** Folder with a folder for each data set. */
const DESCRIPTORS: string = fileURLToPath(new URL("../../../datasets/", import.meta.url));

/** Names of the data sets that have a descriptor, in the order of the alphabet. @example datasetNames().includes("ml-1m") // true */
export function datasetNames(folder: string = DESCRIPTORS): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).includes("descriptor.json"))
    .map(({ name }) => name)
    .sort();
}

/**
 * The descriptor of one data set.
 *
 * @throws {RefrainError} DATASET_UNKNOWN with the nearest name; CONFIG_INVALID for a descriptor that is wrong
 * @example findDataset("ml-1m").layout // "movielens"
 */
export function findDataset(name: string, folder: string = DESCRIPTORS): Dataset {
  const names = datasetNames(folder);
  if (!names.includes(name))
    throw new RefrainError(
      "DATASET_UNKNOWN",
      `There is no data set "${name.slice(0, 60)}"${names.length > 0 ? `; the nearest name is ${closest(name, names)}` : ""}.`,
      { name, names },
    );
  const path = join(folder, name, "descriptor.json");
  const dataset = parseDataset(path, parse(path));
  if (dataset.name !== name)
    throw new RefrainError("CONFIG_INVALID", `${path}: name must be that of its folder, got "${dataset.name}".`, {
      path,
    });
  return dataset;
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new RefrainError("CONFIG_INVALID", `${path} is no JSON: ${(cause as Error).message}.`, { path }, { cause });
  }
}
