import type { TFunction } from "i18next";
import type { Texts } from "./index.js";

/** Names that the engine gives in English: methods, and how a log was split. */
export const names = {
  method: {
    oracle: ["oracle", "理论最优"],
    popularity: ["popularity", "流行度"],
    "recent popularity": ["recent popularity", "近期流行度"],
    "personal popularity": ["personal popularity", "个人流行度"],
    Markov: ["Markov", "马尔可夫"],
    "item k-NN": ["item k-NN", "物品 k 近邻"],
    "user k-NN": ["user k-NN", "用户 k 近邻"],
  },
  split: {
    and: ["; ", "；"],
    time: ["by time, test from {{day}}", "按时间划分，测试自 {{day}} 起"],
    timeLast: [
      "by time, test from {{day}}, the last play of each listener",
      "按时间划分，测试自 {{day}} 起，取每位听众最后一次播放",
    ],
    leaveOne: ["leave-one-out", "留一法"],
    leaveLast: ["leave-last-{{n}}-out", "每位听众留出最后 {{n}} 次播放"],
    sessions: ["sessions that start from {{day}}", "自 {{day}} 起开始的会话"],
    pause: ["a pause over {{minutes}} min starts one", "停顿超过 {{minutes}} 分钟即为新会话"],
    named: ["as the log names them", "会话以日志为准"],
    heldOut: [
      "{{users}} listeners held out (seed {{seed}}), the last {{n}} plays of each",
      "留出 {{users}} 位听众（随机种子 {{seed}}），取每位最后 {{n}} 次播放",
    ],
    given: ["split as given by the log", "按日志给定的划分"],
    givenMade: ["split as given by the log, validation from the end of training", "按日志给定的划分，验证取自训练末尾"],
  },
} as const satisfies Texts;

/** Descriptions of `src/sequence`, and the values in them. */
const SPLITS: readonly (readonly [pattern: RegExp, key: keyof typeof names.split])[] = [
  [/^temporal, test from (?<day>[^,]+)$/, "time"],
  [/^temporal, test from (?<day>[^,]+), last play of each user$/, "timeLast"],
  [/^leave-one-out$/, "leaveOne"],
  [/^leave-last-n-out, n = (?<n>\d+)$/, "leaveLast"],
  [/^sessions that start from (?<day>.+)$/, "sessions"],
  [/^a pause over (?<minutes>\S+) min starts one$/, "pause"],
  [/^as the log names them$/, "named"],
  [/^(?<users>\d+) users held out \(seed (?<seed>\d+)\), last (?:play|(?<n>\d+) plays) of each$/, "heldOut"],
  [/^as given$/, "given"],
  [/^as given, validation from the end of training$/, "givenMade"],
];

/** How a log was split, in the language of the window. What is not known stays as it is. */
export function splitText(description: string, t: TFunction): string {
  const parts = description.split("; ").map((part) => {
    for (const [pattern, key] of SPLITS) {
      const found = pattern.exec(part);
      // "last play" is the last one.
      if (found) return t(`split.${key}`, { ...found.groups, n: found.groups?.n ?? 1 });
    }
    return part;
  });
  const text = parts.join(t("split.and"));
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A method's name: standard names of models stay as they are. */
export const methodText = (name: string, t: TFunction): string => t(`method.${name}`, { defaultValue: name });
