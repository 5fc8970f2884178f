import i18next from "i18next";
import { reportEn, reportZh } from "../recipes/report-texts.js";
import { tuneEn, tuneZh } from "../recipes/tune/texts.js";
import { auditEn, auditZh } from "./audit-messages.js";
import { datasetsEn, datasetsZh } from "./dataset-messages.js";
import { deployEn, deployZh } from "./deploy-messages.js";
import { measureEn, measureZh } from "./measure-messages.js";
import { serveEn, serveZh } from "./serve-messages.js";

// What a person reads, in English and Chinese. Keys are English words that say what the line is.
const en = {
  ...reportEn,
  read: "read {{read}} rows: kept {{kept}}, removed {{removed}} ({{repaired}} repaired)",
  split: "split: {{split}}; {{train}} train, {{validation}} validation, {{test}} test events",
  sortedItems:
    "! From play to play the item's number rises in {{share}} % of the steps: the rows were sorted by item, and their order tells nothing about listening. More: npx refrain data audit",
  timeUnit: "times: {{unit}}",
  misread: "If this is misread, name it: --user, --item, --time, --encoding, --separator, --format, --time-unit.",
  onePerson:
    "One person's log: its {{sessions}} sessions are the sequences, and the latest of them are the test. It says nothing about other listeners.",
  model: "{{parameters}} weights, {{positions}} targets per epoch, padding {{padding}} %",
  resumed: "goes on after step {{step}}",
  check: "check",
  epoch: "epoch {{epoch}}: training loss {{loss}}, validation {{metrics}}{{best}}",
  best: " (best so far)",
  ahead:
    "about {{time}} of training ahead for all {{epochs}} epochs, as the first {{steps}} steps went. Ctrl-C saves, refrain resume goes on; --set train.epochs=1 is shorter.",
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
  beaten:
    "On this log {{best}} does better than the {{name}}: use it here, or train on more plays or with other options.",
  dataEngine: "Reading: {{reason}}",
  timeLeft: "{{left}} left",
  saved: "Saved: {{folder}}",
  because: "because of",
  report: "Report: {{path}}",
  next: 'Next: npx refrain recommend --titles "夜に駆ける" "Dynamite"   npx refrain train --data your-log.csv   npx refrain --help',
  chosenFor: "After: {{titles}}",
  audit: auditEn,
  datasets: datasetsEn,
  measure: measureEn,
  ...serveEn,
  tune: tuneEn,
  deploy: deployEn,
};

const zh: typeof en = {
  ...reportZh,
  read: "读入 {{read}} 行：保留 {{kept}}，去掉 {{removed}}（修正 {{repaired}}）",
  split: "划分：{{split}}；训练 {{train}}，验证 {{validation}}，测试 {{test}} 条",
  sortedItems:
    "! 相邻两次播放之间，{{share}} % 的物品编号是上升的：行按物品排过序，其先后不反映收听顺序。详见：npx refrain data audit",
  timeUnit: "时间：{{unit}}",
  misread: "如果识别有误，请写明：--user、--item、--time、--encoding、--separator、--format、--time-unit。",
  onePerson: "这是一个人的日志：以其 {{sessions}} 段会话为序列，最近的会话用于测试。结果不说明对其他听众的效果。",
  model: "{{parameters}} 个权重，每轮 {{positions}} 个目标，填充占 {{padding}} %",
  resumed: "从第 {{step}} 步之后继续",
  check: "检查",
  epoch: "第 {{epoch}} 轮：训练损失 {{loss}}，验证 {{metrics}}{{best}}",
  best: "（目前最好）",
  ahead:
    "按前 {{steps}} 步的速度，全部 {{epochs}} 轮还需训练约 {{time}}。Ctrl-C 会保存，refrain resume 可继续；--set train.epochs=1 更短。",
  progress: "第 {{epoch}}/{{epochs}} 轮 损失 {{loss}} {{rate}}/秒，还需 {{left}}",
  stopped: { finished: "全部轮次完成", "early-stopping": "提前停止：没有更好的轮次", interrupted: "已中断并保存" },
  ended: "{{reason}}，用时 {{time}}；最好的是第 {{epoch}} 轮，验证 {{value}}",
  resumeHint: "继续：npx refrain resume {{id}}",
  evaluating: "测试 {{scorer}}（{{done}}/{{all}}）",
  fitting: "  拟合 {{scorer}}：{{done}}/{{all}}，还剩 {{left}}",
  beaten: "在这份日志上，{{best}} 比 {{name}} 更好：这里请用它，或者用更多播放、换选项再训练。",
  dataEngine: "读取方式：{{reason}}",
  timeLeft: "剩余 {{left}}",
  saved: "已保存：{{folder}}",
  because: "因为",
  report: "报告：{{path}}",
  next: '接下来：npx refrain recommend --titles "夜に駆ける" "Dynamite"   npx refrain train --data 你的日志.csv   npx refrain --help',
  chosenFor: "听过：{{titles}}",
  audit: auditZh,
  datasets: datasetsZh,
  measure: measureZh,
  ...serveZh,
  tune: tuneZh,
  deploy: deployZh,
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
