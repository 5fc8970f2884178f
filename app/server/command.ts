import { PRESETS, type RunConfig, runConfig, withPreset } from "refrain";

/** What the log of a run is where none is named. */
const USUAL_DATA = "jkpop";
const DAY = 86_400;
/** Seconds from the making of a configuration to the record of its run: reading and cleaning the log. */
const SLACK = 3600;

/**
 * The command that does the same run in a terminal: the preset and what differs from it.
 *
 * @param preset name in `PRESETS`; an unknown one counts as default
 * @param at     when the configuration was made
 */
export function commandOf(config: RunConfig, preset: string, at: Date = new Date()): string {
  const known = Object.hasOwn(PRESETS, preset) ? preset : "default";
  const { path: data } = config.data;
  const base = runConfig(withPreset(known, { data: { path: data } }));
  const words = ["npx refrain train"];
  if (known !== "default") words.push("--preset", known);
  if (config.name !== base.name) words.push("--name", quoted(config.name));
  if (data !== USUAL_DATA) words.push("--data", quoted(data));
  for (const [path, value] of differences(base, config))
    if (path !== "name" && !isOfItself(path, value, at)) words.push("--set", quoted(`${path}=${written(value)}`));
  return words.join(" ");
}

/** Every option of a run as path and value, but for those that nobody chose. */
export function optionsOf(config: RunConfig, at: Date): [path: string, value: unknown][] {
  return differences({}, config).filter(([path, value]) => !isOfItself(path, value, at));
}

/** Whether nobody chose a value: the latest believable time is the next day's, and the log says whether it has times. */
function isOfItself(path: string, value: unknown, at: Date): boolean {
  if (path === "cleaning.latest") return Math.abs(Number(value) - at.getTime() / 1000 - DAY) <= SLACK;
  return path === "cleaning.hasTimes";
}

/** A value as `--set` reads it: JSON, or a text that does not read as JSON. */
function written(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

/** Paths at which two configurations differ, with the value of the second. */
export function differences(base: object, other: object, above = ""): [path: string, value: unknown][] {
  return Object.entries(other).flatMap(([name, value]): [string, unknown][] => {
    const path = above ? `${above}.${name}` : name;
    const old = Object.hasOwn(base, name) ? (base as Record<string, unknown>)[name] : undefined;
    if (isObject(value)) return differences(isObject(old) ? old : {}, value, path);
    return JSON.stringify(old) === JSON.stringify(value) ? [] : [[path, value]];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
