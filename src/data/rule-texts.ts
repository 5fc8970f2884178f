/** Chinese of each cleaning rule: its name, and what it takes away. The English stands with the rules. */
export const RULES_ZH: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  "unreadable row": ["无法读取的行", "字段数不对、引号不成对，或不是 JSON"],
  "one form of text": ["统一文字形式", "统一全角、重音、空格与控制字符（修复，不去掉）"],
  "missing field": ["缺少字段", "没有用户、歌曲或时间"],
  "invalid time": ["无效时间", "不是日历时间，早于最早或晚于最晚的可信时间，或远在其余之后"],
  duplicate: ["重复行", "用户、歌曲、时间与前面某行相同"],
  "too short": ["播放太短", "播放时长低于下限"],
  "low rating": ["评分低", "评分低于下限"],
  bot: ["机器人", "24 小时内播放多到不像人，或间隔均等的用户的全部播放"],
  "consecutive repeat": ["连续重复", "与该用户上一次播放相同的歌曲"],
  "minimum support": ["最少播放数", "播放太少的用户或歌曲，直到剩下的都足够"],
};

/** Name and meaning of a cleaning rule in a language; what has no Chinese stays English. */
export function ruleText(
  language: "en" | "zh",
  { rule, meaning = "" }: { readonly rule: string; readonly meaning?: string },
): readonly [name: string, meaning: string] {
  return (language === "zh" ? RULES_ZH[rule] : undefined) ?? [rule, meaning];
}
