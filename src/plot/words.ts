import type { Figure } from "../core/types.js";

/** Chinese of the words that figures carry, longest first where one begins like another. */
const ZH: readonly (readonly [english: string, chinese: string])[] = [
  ["Plays per item, by rank", "歌曲播放次数（按名次）"],
  ["Plays per user", "每位用户的播放次数"],
  ["Importance of the options", "各选项的重要性"],
  ["Importance of the options: none stands out", "各选项的重要性：没有突出的选项"],
  ["Options of the trials", "各次试验的选项"],
  ["Search history", "搜索过程"],
  ["Successive halving", "逐次减半"],
  ["trained in full", "完整训练"],
  ["stopped early", "提前停止"],
  ["best so far", "目前最好"],
  ["training loss", "训练损失"],
  ["loss (nats)", "损失（nat）"],
  ["validation ", "验证 "],
  ["Training", "训练"],
  ["epochs", "轮数"],
  ["epoch", "轮"],
  ["trial", "试验"],
  ["share", "份额"],
  ["metric", "指标"],
  ["plays", "播放次数"],
  ["users", "用户数"],
  ["rank", "名次"],
];

/** The same figure with title, axes and traces named in a language. Words without a translation stay English. */
export function figureIn(language: "en" | "zh", figure: Figure): Figure {
  if (language === "en") return figure;
  const layout = Object.entries(figure.layout).map(([key, value]) => [
    key,
    /^(title|[xy]axis\d*)$/.test(key) ? named(value) : value,
  ]);
  return {
    layout: Object.fromEntries(layout),
    data: figure.data.map((trace) =>
      typeof trace.name === "string" ? { ...trace, name: chinese(trace.name) } : trace,
    ),
  };
}

/** A title, or an axis with one. */
function named(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { title, text } = value as { title?: unknown; text?: unknown };
  if (typeof text === "string") return { ...value, text: chinese(text) };
  return title === undefined ? value : { ...value, title: named(title) };
}

function chinese(text: string): string {
  const [english, words] = ZH.find(([start]) => (start.endsWith(" ") ? text.startsWith(start) : text === start)) ?? [
    "",
    "",
  ];
  return words + text.slice(english.length);
}
