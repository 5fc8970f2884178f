/** Language of a report. */
export type ReportLanguage = "en" | "zh";

// Words that a report and the console share.
export const reportEn = {
  cleaning: "Cleaning",
  rule: "rule",
  meaning: "what it takes away",
  removed: "removed",
  repaired: "repaired",
  kept: "kept",
  log: "{{events}} plays of {{items}} items by {{users}} users, {{first}} to {{last}}",
  logOrder: "{{events}} plays of {{items}} items by {{users}} users, in order, without dates",
  training: "Training",
  results: "Test results",
  scorer: "scorer",
  share: "share of oracle",
  intervals: "In brackets: 95 % interval over users. {{protocol}}.",
  oracleNote: "oracle: the simulator's own probabilities, the best that any model could reach.",
  closed: "The {{name}} closes {{share}} % of the distance from Markov to the oracle in HR@10.",
  listener: "Listener {{user}}: the last plays",
  list: "Ten recommendations",
  reason: "because of (how likely without it)",
  without: "{{title}} ({{share}})",
  title: "title",
  probability: "probability",
  reportTitle: "Refrain: run {{name}}",
  noReasons: "no single play stands out",
  perUser: "plays per user",
  perItem: "plays per item",
  options: "Options",
  option: "option",
  value: "value",
};

export const reportZh: typeof reportEn = {
  cleaning: "数据清洗",
  rule: "规则",
  meaning: "去掉什么",
  removed: "去掉",
  repaired: "修正",
  kept: "保留",
  log: "{{users}} 位用户对 {{items}} 个物品的 {{events}} 次播放，{{first}} 至 {{last}}",
  logOrder: "{{users}} 位用户对 {{items}} 个物品的 {{events}} 次播放，只有顺序，没有日期",
  training: "训练",
  results: "测试结果",
  scorer: "方法",
  share: "占最优的比例",
  intervals: "括号内是按用户自助抽样的 95 % 区间。{{protocol}}。",
  oracleNote: "oracle：模拟器自身的真实概率，任何模型所能达到的上限。",
  closed: "在 HR@10 上，{{name}} 走完了从 Markov 到 oracle 距离的 {{share}} %。",
  listener: "听众 {{user}}：最近的播放",
  list: "十首推荐",
  reason: "因为听过（没有它时的概率）",
  without: "{{title}}（{{share}}）",
  title: "曲目",
  probability: "概率",
  reportTitle: "Refrain：运行 {{name}}",
  noReasons: "没有哪一次播放特别突出",
  perUser: "每位用户的播放次数",
  perItem: "每首歌曲的播放次数",
  options: "选项",
  option: "选项",
  value: "值",
};

/** Words of a report in one language, with their values filled in. */
export function reportWords(
  language: ReportLanguage,
): (key: keyof typeof reportEn, values?: Readonly<Record<string, string | number>>) => string {
  const words = language === "zh" ? reportZh : reportEn;
  return (key, values = {}) => words[key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ""));
}
