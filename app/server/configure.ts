import { type RunConfig, runConfig, runSchema, withPreset } from "refrain";
import { z } from "zod";
import type { ConfigIssue } from "./contract.js";

/** A preset with changes on top. @throws {RefrainError} CONFIG_INVALID */
export function configOf(preset: string, options: Readonly<Record<string, unknown>>): RunConfig {
  return runConfig(withPreset(preset, options));
}

/** Words for zod's own faults by language; without them they are English. */
const WORDS = { en: undefined, zh: z.locales.zhCN().localeError } as const;

/** How the faults begin that the schemas word themselves, and the same in Chinese. */
const OWN_ZH: readonly (readonly [english: string, chinese: string])[] = [
  ["letters, digits, . _ - only, at most 60", "只能用字母、数字、. _ -，最多 60 个"],
  ["hiddenSize must be a multiple of heads", "隐藏单元数须是注意力头数的倍数"],
  ["the shares together must be below 1", "验证集与测试集的比例之和须小于 1"],
  ["cut-offs must differ from each other", "截断位置不得重复"],
  ["negativesFile goes with candidates file, and only with it", "样本文件须与候选范围 file 一同使用"],
  ["must be one of ", "须为以下之一："],
];

/** What is wrong with a configuration, option by option; nothing where it is right. */
export function issuesOf(
  preset: string,
  options: Readonly<Record<string, unknown>>,
  language: keyof typeof WORDS = "en",
): ConfigIssue[] {
  const result = runSchema.safeParse(withPreset(preset, options), { error: WORDS[language] });
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => ({
    path: path.join("."),
    message: language === "zh" ? inChinese(message) : message,
  }));
}

function inChinese(message: string): string {
  const [english, chinese] = OWN_ZH.find(([beginning]) => message.startsWith(beginning)) ?? ["", ""];
  return chinese + message.slice(english.length);
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
