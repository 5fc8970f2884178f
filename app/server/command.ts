import { PRESETS, type RunConfig, runConfig } from "refrain";

/** Options of the command line that stand for a path of the configuration. */
const FLAGS: Readonly<Record<string, string>> = { name: "--name", "data.path": "--data" };
/** Depends on the day, so it is no choice of a person unless it differs from the usual one by more than that. */
const LEFT_OUT = new Set(["cleaning.latest", "cleaning.hasTimes"]);

/**
 * The command that does the same run in a terminal: the preset and what differs from it.
 *
 * @param preset name in `PRESETS`; an unknown one counts as default
 */
export function commandOf(config: RunConfig, preset: string): string {
  const known = Object.hasOwn(PRESETS, preset) ? preset : "default";
  const base = runConfig(PRESETS[known].options);
  const words = ["npx refrain train"];
  if (known !== "default") words.push("--preset", known);
  for (const [path, value] of differences(base, config)) {
    if (LEFT_OUT.has(path)) continue;
    if (FLAGS[path]) words.push(FLAGS[path], quoted(String(value)));
    else words.push("--set", quoted(`${path}=${typeof value === "string" ? value : JSON.stringify(value)}`));
  }
  return words.join(" ");
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
