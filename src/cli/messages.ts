import i18next from "i18next";
import { auditEn, auditZh } from "./audit-messages.js";
import { datasetsEn, datasetsZh } from "./dataset-messages.js";
import { measureEn, measureZh } from "./measure-messages.js";

// What a person reads, in English and Chinese. Keys are English words that say what the line is.
const en = {
  cleaning: "Cleaning",
  rule: "rule",
  meaning: "what it takes away",
  removed: "removed",
  repaired: "repaired",
  kept: "kept",
  read: "read {{read}} rows: kept {{kept}}, removed {{removed}} ({{repaired}} repaired)",
  log: "{{events}} plays of {{items}} items by {{users}} users, {{first}} to {{last}}",
  logOrder: "{{events}} plays of {{items}} items by {{users}} users, in order, without dates",
  split: "split: {{split}}; {{train}} train, {{validation}} validation, {{test}} test events",
  timeUnit: "times: {{unit}}",
  misread: "If this is misread, name it: --user, --item, --time, --encoding, --separator, --format, --time-unit.",
  onePerson:
    "One person's log: its {{sessions}} sessions are the sequences, and the latest of them are the test. It says nothing about other listeners.",
  training: "Training",
  model: "{{parameters}} weights, {{positions}} targets per epoch, padding {{padding}} %",
  resumed: "goes on after step {{step}}",
  check: "check",
  epoch: "epoch {{epoch}}: training loss {{loss}}, validation {{metrics}}{{best}}",
  best: " (best so far)",
  progress: "epoch {{epoch}}/{{epochs}} loss {{loss}} {{rate}}/s, {{left}} left",
  stopped: {
    finished: "all epochs done",
    "early-stopping": "stopped early: no better epoch",
    interrupted: "interrupted; saved",
  },
  ended: "{{reason}} after {{time}}; best epoch {{epoch}}, validation {{value}}",
  resumeHint: "Go on with: npx refrain resume {{id}}",
  evaluating: "testing {{scorer}} ({{done}}/{{all}})",
  fitting: "  fitting {{scorer}}: {{done}} of {{all}}, {{left}} left",
  results: "Test results",
  scorer: "scorer",
  share: "share of oracle",
  intervals: "In brackets: 95 % interval over users. {{protocol}}.",
  oracleNote: "oracle: the simulator's own probabilities, the best that any model could reach.",
  closed: "The {{name}} closes {{share}} % of the distance from Markov to the oracle in HR@10.",
  beaten:
    "On this log {{best}} does better than the {{name}}: use it here, or train on more plays or with other options.",
  dataEngine: "Reading: {{reason}}",
  timeLeft: "{{left}} left",
  saved: "Saved: {{folder}}",
  listener: "Listener {{user}}: the last plays",
  list: "Ten recommendations",
  because: "because of",
  reason: "because of (how likely without it)",
  without: "{{title}} ({{share}})",
  title: "title",
  probability: "probability",
  report: "Report: {{path}}",
  reportTitle: "Refrain: run {{name}}",
  next: 'Next: npx refrain recommend --titles "夜に駆ける" "Dynamite"   npx refrain train --data your-log.csv   npx refrain --help',
  chosenFor: "After: {{titles}}",
  noReasons: "no single play stands out",
  audit: auditEn,
  datasets: datasetsEn,
  measure: measureEn,
};

const zh: typeof en = {
  cleaning: "数据清洗",
  rule: "规则",
  meaning: "去掉什么",
  removed: "去掉",
  repaired: "修正",
  kept: "保留",
  read: "读入 {{read}} 行：保留 {{kept}}，去掉 {{removed}}（修正 {{repaired}}）",
  log: "{{users}} 位用户对 {{items}} 个物品的 {{events}} 次播放，{{first}} 至 {{last}}",
  logOrder: "{{users}} 位用户对 {{items}} 个物品的 {{events}} 次播放，只有顺序，没有日期",
  split: "划分：{{split}}；训练 {{train}}，验证 {{validation}}，测试 {{test}} 条",
  timeUnit: "时间：{{unit}}",
  misread: "如果识别有误，请写明：--user、--item、--time、--encoding、--separator、--format、--time-unit。",
  onePerson: "这是一个人的日志：以其 {{sessions}} 段会话为序列，最近的会话用于测试。结果不说明对其他听众的效果。",
  training: "训练",
  model: "{{parameters}} 个权重，每轮 {{positions}} 个目标，填充占 {{padding}} %",
  resumed: "从第 {{step}} 步之后继续",
  check: "检查",
  epoch: "第 {{epoch}} 轮：训练损失 {{loss}}，验证 {{metrics}}{{best}}",
  best: "（目前最好）",
  progress: "第 {{epoch}}/{{epochs}} 轮 损失 {{loss}} {{rate}}/秒，还需 {{left}}",
  stopped: { finished: "全部轮次完成", "early-stopping": "提前停止：没有更好的轮次", interrupted: "已中断并保存" },
  ended: "{{reason}}，用时 {{time}}；最好的是第 {{epoch}} 轮，验证 {{value}}",
  resumeHint: "继续：npx refrain resume {{id}}",
  evaluating: "测试 {{scorer}}（{{done}}/{{all}}）",
  fitting: "  拟合 {{scorer}}：{{done}}/{{all}}，还剩 {{left}}",
  results: "测试结果",
  scorer: "方法",
  share: "占最优的比例",
  intervals: "括号内是按用户自助抽样的 95 % 区间。{{protocol}}。",
  oracleNote: "oracle：模拟器自身的真实概率，任何模型所能达到的上限。",
  closed: "在 HR@10 上，{{name}} 走完了从 Markov 到 oracle 距离的 {{share}} %。",
  beaten: "在这份日志上，{{best}} 比 {{name}} 更好：这里请用它，或者用更多播放、换选项再训练。",
  dataEngine: "读取方式：{{reason}}",
  timeLeft: "剩余 {{left}}",
  saved: "已保存：{{folder}}",
  listener: "听众 {{user}}：最近的播放",
  list: "十首推荐",
  because: "因为",
  reason: "因为听过（没有它时的概率）",
  without: "{{title}}（{{share}}）",
  title: "曲目",
  probability: "概率",
  report: "报告：{{path}}",
  reportTitle: "Refrain：运行 {{name}}",
  next: '接下来：npx refrain recommend --titles "夜に駆ける" "Dynamite"   npx refrain train --data 你的日志.csv   npx refrain --help',
  chosenFor: "听过：{{titles}}",
  noReasons: "没有哪一次播放特别突出",
  audit: auditZh,
  datasets: datasetsZh,
  measure: measureZh,
};

export type Language = "en" | "zh";

/** Chinese where the terminal's language is Chinese, else English. */
export function systemLanguage(environment: NodeJS.ProcessEnv = process.env): Language {
  const name = environment.REFRAIN_LANG || environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || "";
  return name.toLowerCase().startsWith("zh") ? "zh" : "en";
}

const i18n = i18next.createInstance();
void i18n.init({
  lng: systemLanguage(),
  fallbackLng: "en",
  initAsync: false,
  showSupportNotice: false,
  interpolation: { escapeValue: false },
  resources: { en: { translation: en }, zh: { translation: zh } },
} as Parameters<typeof i18n.init>[0]);

/** The text of a key in the chosen language. */
export function text(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return i18n.t(key, values);
}

/** Chooses the language of everything that is printed from now on. */
export function useLanguage(language: Language): void {
  void i18n.changeLanguage(language);
}

export function language(): Language {
  return i18n.language as Language;
}
