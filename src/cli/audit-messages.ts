export { ruleText } from "../data/rule-texts.js";

import type { AuditCode, Severity, Whole } from "../data/audit/index.js";

/** What the audit says, in one language. `find` has a name and a sentence for each code. */
interface AuditMessages {
  readonly title: string;
  readonly verdict: string;
  readonly clean: string;
  readonly severity: Readonly<Record<Severity, string>>;
  readonly whole: Readonly<Record<Whole, string>>;
  readonly header: Readonly<Record<"severity" | "finding" | "count" | "share" | "meaning", string>>;
  /** Share with what it is a share of. */
  readonly part: string;
  readonly options: readonly [note: string, option: string];
  readonly rows: readonly [line: string, row: string];
  readonly line: string;
  readonly fix: string;
  readonly cleaned: string;
  readonly noOption: string;
  readonly try: string;
  readonly ordered: string;
  readonly shuffled: string;
  readonly figures: Readonly<Record<"gaps" | "signal" | "drift" | "perUser" | "perItem", string>>;
  readonly find: Readonly<Record<AuditCode, readonly [name: string, sentence: string]>>;
}

export const auditEn: AuditMessages = {
  title: "Audit of {{path}}",
  verdict:
    "Problems: {{problems}}, warnings: {{warnings}}, notes: {{notes}}. {{rows}} rows read, {{kept}} left after cleaning.",
  clean: "Nothing speaks against training on this log.",
  severity: { problem: "PROBLEM", warning: "warning", note: "note" },
  whole: {
    rows: "rows",
    plays: "plays",
    users: "users",
    items: "items",
    gaps: "pauses",
    pairs: "pairs",
    hits: "told plays",
    steps: "steps",
    trainingPlays: "training plays",
    testPlays: "test plays",
    sessions: "test sessions",
  },
  header: { severity: "", finding: "finding", count: "count", share: "share", meaning: "what it means" },
  part: "{{share}} of {{whole}}",
  options: ["note", "option that would change it"],
  rows: ["line", "row"],
  line: "line {{line}}: {{text}}",
  fix: "option: {{fix}}",
  cleaned: 'cleaning takes them away already (rule "{{rule}}")',
  noOption: "no option changes this: mend the log, or keep it in mind",
  ordered: "as it is",
  shuffled: "shuffled",
  try: "Try an option here first: refrain data audit <log> --set …; refrain train takes the same.",
  figures: {
    gaps: "Pauses between two plays of a user",
    signal: "Next plays among the ten usual followers of the last one",
    drift: "Plays of items that are new, by tenth of the log",
    perUser: "Plays per user",
    perItem: "Plays per item",
  },
  find: {
    "first-rows": [
      "a large log",
      "Single rows were looked at in the first ones only; all else is about the whole log.",
    ],
    "unreadable-rows": ["unreadable rows", "The wrong number of fields, quotes that do not match, or no JSON."],
    "missing-fields": ["empty fields", "No user ({{user}}), no item ({{item}}) or no time ({{time}})."],
    "unreadable-times": ["unreadable times", "The time is there but is no calendar time."],
    clock: [
      "wrong clocks",
      "Times before the earliest or after the latest believable one; the rest is {{first}} to {{last}}.",
    ],
    "early-clock": ["lone early times", "A few plays, then nothing for a year, then the log: {{first}} to {{last}}."],
    duplicates: ["duplicates", "The same user, item and time as an earlier row."],
    skips: ["skips", "Played for less than {{seconds}} seconds."],
    bots: ["bots", "More plays in 24 hours than a person makes, or plays at equal gaps; users concerned: {{users}}."],
    "busy-users": ["very busy users", "Far more plays in 24 hours than all others, who make {{usual}} at most."],
    "spelling-variants": [
      "spellings",
      "Full width, decomposed letters or other spaces than usual; items concerned: {{items}}.",
    ],
    "near-duplicate-titles": [
      "titles that look alike",
      "Likely one song under two names ({{plays}} plays): same title {{same-title}}, case or signs {{letters}}, feat. {{featuring}}, remaster {{remaster}}, kana or romaji {{kana}}.",
    ],
    "nothing-left": ["cleaning stops", "{{reason}}"],
    "no-times": ["no times", "Only an order: sessions, ties, drift and plays from the future cannot be judged."],
    "tied-times": ["tied times", "Another item of the same user at the same moment; their order is that of the file."],
    "coarse-times": ["coarse times", "Times are whole units ({{step}}); what happened within one is not known."],
    "out-of-order": ["file not in order", "An earlier play of the user stands further down; cleaning sorts."],
    "sorted-items": [
      "sorted items",
      "The item id rises from play to play, as a list that somebody sorted does; half would be chance.",
    ],
    "session-gap": ["natural pause", "Pauses longer than {{minutes}} minutes: the valley between songs and sessions."],
    "no-session-gap": ["no natural pause", "The pauses form one hill; a cut in sessions would be arbitrary."],
    popularity: ["popularity", "Plays of the most played 1 % of items ({{items}}); Gini {{gini}}."],
    density: [
      "density",
      "Pairs of user and item that occur; {{users}} users, {{items}} items, {{perUser}} plays each user, {{perItem}} each item.",
    ],
    "cold-users": ["cold users", "Fewer than {{limit}} plays; together {{plays}} plays."],
    "cold-items": ["cold items", "Fewer than {{limit}} plays; together {{plays}} plays."],
    repeats: ["repeats", "Plays of an item that the user had played before."],
    "consecutive-repeats": ["same item again", "Plays of the item just played."],
    "sequence-signal": [
      "order of plays",
      "Next plays told by the last one: {{ordered}} % as it is, {{shuffled}} % shuffled. {{lost}} % of it hangs on the order.",
    ],
    "tied-signal": [
      "order of the file",
      "Told plays that are lost when only tied plays change places: that order is of the file, not of listening.",
    ],
    drift: [
      "drift",
      "Popularity of the last tenth lies {{distance}} % from the rest; chance alone makes {{byChance}} %.",
    ],
    "new-items": ["new items", "Plays in the last tenth of items that no earlier tenth has."],
    "split-impossible": ["no split", "{{reason}}"],
    "test-size": ["test part", "{{split}}."],
    "future-plays": [
      "plays from the future",
      "Training plays after the first test play ({{first}}); a test play has {{mean}} % of training after it on average.",
    ],
    "shared-sessions": [
      "shared sessions",
      "Test sessions that began before the test part, with pauses up to {{minutes}} minutes.",
    ],
    "vocabulary-from-test": [
      "vocabulary from the test",
      "Items with fewer than {{least}} training plays that stay only because of later ones.",
    ],
    "unknown-items": ["unknown items", "Test plays of items that training does not have ({{items}}): sure misses."],
    "cold-test-users": [
      "cold test users",
      "Test plays of users without any training play ({{users}} of {{all}} users): the result tells about newcomers.",
    ],
    overlap: [
      "overlap",
      "Test plays of an item that the user had played before; {{users}} of {{all}} test users are in training.",
    ],
    "test-ties": ["ties in the test", "Test plays that could change places with another at the same moment."],
    "time-cut": [
      "a global cut",
      "Test plays that would leave the test ({{split}}, {{test}} plays); {{lost}} training plays ({{lostShare}} %) would go.",
    ],
  },
};

export const auditZh: AuditMessages = {
  title: "数据审计：{{path}}",
  verdict: "问题 {{problems}} 项，警告 {{warnings}} 项，说明 {{notes}} 项。读入 {{rows}} 行，清洗后剩 {{kept}} 行。",
  clean: "没有发现妨碍训练的问题。",
  severity: { problem: "问题", warning: "警告", note: "说明" },
  whole: {
    rows: "的行",
    plays: "的播放",
    users: "的用户",
    items: "的物品",
    gaps: "的间隔",
    pairs: "的对",
    hits: "猜中的播放",
    steps: "的步",
    trainingPlays: "的训练播放",
    testPlays: "的测试播放",
    sessions: "的测试会话",
  },
  header: { severity: "", finding: "发现", count: "数量", share: "占比", meaning: "含义" },
  part: "{{share}} {{whole}}",
  options: ["说明", "可改变它的选项"],
  rows: ["行号", "内容"],
  line: "第 {{line}} 行：{{text}}",
  fix: "选项：{{fix}}",
  cleaned: "清洗时已去掉或修正（规则 “{{rule}}”）",
  noOption: "没有选项可改变这一点：请修正日志，或记在心里",
  ordered: "原顺序",
  shuffled: "打乱",
  try: "可以先在这里试：refrain data audit <日志> --set …；refrain train 的选项相同。",
  figures: {
    gaps: "同一用户两次播放之间的间隔",
    signal: "下一次播放在上一首最常见的十个后继之中的比例",
    drift: "新物品的播放占比（按日志的十等份）",
    perUser: "每位用户的播放数",
    perItem: "每个物品的播放数",
  },
  find: {
    "first-rows": ["大型日志", "逐行检查只看最前面的行；其余结果都针对整个日志。"],
    "unreadable-rows": ["无法读取的行", "字段数不对、引号不配对，或不是 JSON。"],
    "missing-fields": ["空字段", "缺用户（{{user}}）、物品（{{item}}）或时间（{{time}}）。"],
    "unreadable-times": ["无法识别的时间", "有时间，但不是日历时间。"],
    clock: ["时钟错误", "早于最早或晚于最晚的可信时间；其余在 {{first}} 至 {{last}}。"],
    "early-clock": ["孤立的早期时间", "先有几次播放，隔一年以上才是日志本身：{{first}} 至 {{last}}。"],
    duplicates: ["重复行", "用户、物品、时间与前面某行相同。"],
    skips: ["跳过", "播放不足 {{seconds}} 秒。"],
    bots: ["机器账号", "{{users}} 位用户 24 小时内的播放超出人所能及，或间隔完全相等。"],
    "busy-users": ["异常活跃的用户", "24 小时内的播放远多于其他人（其他人最多 {{usual}} 次）。"],
    "spelling-variants": ["不同写法", "{{items}} 个物品另有全角、分解或多余空格的写法。"],
    "near-duplicate-titles": [
      "相近的曲名",
      "很可能是同一首歌的两个名字（{{plays}} 次播放）：同名 {{same-title}}，大小写或符号 {{letters}}，feat. {{featuring}}，remaster {{remaster}}，假名或罗马字 {{kana}}。",
    ],
    "nothing-left": ["清洗无法继续", "{{reason}}"],
    "no-times": ["没有时间", "只有顺序：无法判断会话、并列、漂移和来自未来的播放。"],
    "tied-times": ["并列时间", "同一用户同一时刻还有别的物品；先后只取决于文件中的顺序。"],
    "coarse-times": ["时间太粗", "时间都是整单位（{{step}}）；单位之内的先后不得而知。"],
    "out-of-order": ["文件未按时间排列", "用户更早的播放排在后面；清洗时会排序。"],
    "sorted-items": ["按物品排序", "物品编号随播放不断增大，像是排过序的列表；偶然情况下应为一半。"],
    "session-gap": ["自然间隔", "长于 {{minutes}} 分钟的间隔：曲间与会话间两个峰之间的低谷。"],
    "no-session-gap": ["没有自然间隔", "间隔只有一个峰；切分会话会是任意的。"],
    popularity: ["热门程度", "最热门的 1 % 物品（{{items}} 个）的播放；基尼系数 {{gini}}。"],
    density: [
      "密度",
      "出现过的用户与物品对；{{users}} 位用户，{{items}} 个物品，每位用户 {{perUser}} 次，每个物品 {{perItem}} 次。",
    ],
    "cold-users": ["冷用户", "播放少于 {{limit}} 次；合计 {{plays}} 次。"],
    "cold-items": ["冷物品", "播放少于 {{limit}} 次；合计 {{plays}} 次。"],
    repeats: ["重听", "用户以前听过的物品的播放。"],
    "consecutive-repeats": ["连续重复", "与刚播放的物品相同。"],
    "sequence-signal": [
      "顺序信息",
      "由上一首猜中下一首：原顺序 {{ordered}} %，打乱后 {{shuffled}} %。其中 {{lost}} % 取决于顺序。",
    ],
    "tied-signal": ["文件的顺序", "仅交换并列播放就会失去的猜中：这种顺序来自文件，而不是收听。"],
    drift: ["漂移", "最后十分之一的热门分布与其余相距 {{distance}} %；仅凭偶然也有 {{byChance}} %。"],
    "new-items": ["新物品", "最后十分之一中，此前从未出现过的物品的播放。"],
    "split-impossible": ["无法划分", "{{reason}}"],
    "test-size": ["测试部分", "{{split}}。"],
    "future-plays": [
      "来自未来的播放",
      "晚于第一次测试播放（{{first}}）的训练播放；平均每次测试播放之后还有 {{mean}} % 的训练播放。",
    ],
    "shared-sessions": ["跨越的会话", "在测试部分之前就开始的测试会话（间隔不超过 {{minutes}} 分钟）。"],
    "vocabulary-from-test": ["词表来自测试", "训练播放少于 {{least}} 次、只因后来的播放才保留的物品。"],
    "unknown-items": ["未知物品", "{{items}} 个训练中没有的物品的测试播放：必然猜不中。"],
    "cold-test-users": [
      "测试中的冷用户",
      "没有任何训练播放的用户的测试播放（{{all}} 位测试用户中的 {{users}} 位）：结果说明的是新用户。",
    ],
    overlap: ["重叠", "用户以前听过的物品的测试播放；{{all}} 位测试用户中有 {{users}} 位在训练中。"],
    "test-ties": ["测试中的并列", "与同一时刻的另一次播放可以互换位置的测试播放。"],
    "time-cut": [
      "统一的时间切分",
      "将离开测试部分的播放（{{split}}，{{test}} 次）；训练将失去 {{lost}} 次播放（{{lostShare}} %）。",
    ],
  },
};
