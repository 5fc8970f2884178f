import { PRESETS, RefrainError, type RunConfig, runConfig, runSchema } from "refrain";
import { z } from "zod";
import type { ConfigIssue } from "./contract.js";

/** A preset with changes on top. @throws {RefrainError} CONFIG_INVALID */
export function configOf(preset: string, options: Readonly<Record<string, unknown>>): RunConfig {
  return runConfig(merged(preset, options));
}

/** What is wrong with a configuration, option by option; nothing where it is right. */
export function issuesOf(preset: string, options: Readonly<Record<string, unknown>>): ConfigIssue[] {
  const result = runSchema.safeParse(merged(preset, options));
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
}

/** JSON schema of a run, for forms. */
export function configSchema(): Record<string, unknown> {
  return z.toJSONSchema(runSchema, { io: "input", unrepresentable: "any" }) as Record<string, unknown>;
}

function merged(preset: string, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!Object.hasOwn(PRESETS, preset))
    throw new RefrainError(
      "CONFIG_INVALID",
      `preset must be one of ${Object.keys(PRESETS).join(", ")}, got "${preset.slice(0, 60)}".`,
    );
  const into = structuredClone(PRESETS[preset].options) as Record<string, unknown>;
  merge(into, options);
  return into;
}

/** Keys that reach a prototype were refused when the request was parsed. */
function merge(into: Record<string, unknown>, from: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(from)) {
    const old = Object.hasOwn(into, name) ? into[name] : undefined;
    if (isObject(value) && isObject(old)) merge(old, value);
    else into[name] = value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
