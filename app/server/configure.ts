import { type RunConfig, runConfig, runSchema, withPreset } from "refrain";
import { z } from "zod";
import type { ConfigIssue } from "./contract.js";

/** A preset with changes on top. @throws {RefrainError} CONFIG_INVALID */
export function configOf(preset: string, options: Readonly<Record<string, unknown>>): RunConfig {
  return runConfig(withPreset(preset, options));
}

/** Words for faults by language; zod's own are English. */
const WORDS = { en: undefined, zh: z.locales.zhCN().localeError } as const;

/** What is wrong with a configuration, option by option; nothing where it is right. */
export function issuesOf(
  preset: string,
  options: Readonly<Record<string, unknown>>,
  language: keyof typeof WORDS = "en",
): ConfigIssue[] {
  const result = runSchema.safeParse(withPreset(preset, options), { error: WORDS[language] });
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
}

/**
 * What an option is where nobody sets it: by the preset and by the named data set. The path stays the preset's own.
 *
 * @throws {RefrainError} CONFIG_INVALID for an unknown preset
 */
export function usualOf(preset: string, { data }: Readonly<Record<string, unknown>>): RunConfig {
  const usual = runConfig(withPreset(preset, {}));
  const { path } = (data ?? {}) as { path?: unknown };
  if (typeof path !== "string" || path === "") return usual;
  const onData = runConfig(withPreset(preset, { data: { path } }));
  return { ...onData, data: { ...onData.data, path: usual.data.path } };
}

/** JSON schema of a run, for forms. */
export function configSchema(): Record<string, unknown> {
  return z.toJSONSchema(runSchema, { io: "input", unrepresentable: "any" }) as Record<string, unknown>;
}
