// What a search says, on the console and in its report.
import type { ReportLanguage } from "../report-texts.js";

type Texts = Readonly<
  Record<"title" | "begin" | "goesOn" | "started" | "running" | "result" | "failed" | "lost", string>
> &
  Readonly<
    Record<"summary" | "compared" | "same" | "alone" | "chosen" | "top" | "figures" | "importanceNote", string>
  > &
  Readonly<Record<"validationNote" | "next" | "goOn" | "worker" | "workerBegan" | "workerDone", string>> &
  Readonly<Record<"workerFailed" | "workerEnded", string>> & {
    readonly chosenHeader: readonly string[];
    readonly topHeader: readonly string[];
    readonly states: Readonly<Record<"waiting" | "running" | "paused" | "done" | "failed", string>>;
  };

export const tuneEn: Texts = {
  title: "Refrain: search {{name}}",
  begin: "{{options}} options, {{sampler}}, rungs at {{rungs}} epochs; {{metric}} on the validation part chooses",
  goesOn: "goes on with {{known}} known trials",
  started: "trial {{trial}}: from epoch {{from}} to {{to}}",
  running: "{{done}}/{{trials}} trials, {{running}} running, best {{best}}, {{left}} left",
  result: "trial {{trial}}: {{value}} at epoch {{units}} ({{time}}); best {{best}} (trial {{bestTrial}})",
  failed: "trial {{trial}} failed: {{reason}}",
  lost: "trial {{trial}} goes on elsewhere: {{reason}}",
  summary:
    "{{trials}} trials: {{done}} trained in full, {{paused}} stopped early, {{failed}} failed; {{epochs}} epochs in {{time}} of training.",
  compared: "Best: trial {{best}}, {{metric}} {{value}} on validation; trial 0, the options as given: {{reference}}.",
  same: "The options as given are the best of these.",
  alone: "Best: trial {{best}}, {{metric}} {{value}} on validation.",
  chosen: "The best options",
  chosenHeader: ["option", "given", "best"],
  top: "The trials, best first",
  topHeader: ["trial", "{{metric}}", "epochs", "state", "options"],
  states: { waiting: "waiting", running: "running", paused: "stopped early", done: "in full", failed: "failed" },
  figures: "What was tried",
  importanceNote:
    "Share of each option in what sets the best tenth of the trials (at least three) apart from all of them (PED-ANOVA). With few trials it is rough.",
  validationNote:
    "All values are of the validation part, and the best of many is a little lucky. The test part was not read; train and test the best with the command below.",
  next: "Train it: npx refrain train --config {{file}}",
  goOn: "Interrupted; trials and checkpoints are kept in {{folder}}. The same command goes on from there.",
  worker: "worker of {{queue}}, files in {{shared}}, {{parallel}} at a time; Ctrl-C stops it with checkpoints",
  workerBegan: "trial {{trial}} of study {{study}}: from epoch {{from}} to {{to}}",
  workerDone: "trial {{trial}} of study {{study}}: {{value}}",
  workerFailed: "trial {{trial}} of study {{study}}: {{reason}}",
  workerEnded: "worker ended",
};

export const tuneZh: Texts = {
  title: "Refrain：搜索 {{name}}",
  begin: "{{options}} 个选项，{{sampler}}，在第 {{rungs}} 轮评判；按验证集上的 {{metric}} 选择",
  goesOn: "从已有的 {{known}} 次试验继续",
  started: "试验 {{trial}}：从第 {{from}} 轮到第 {{to}} 轮",
  running: "{{done}}/{{trials}} 次试验，{{running}} 次进行中，最好 {{best}}，还需 {{left}}",
  result: "试验 {{trial}}：第 {{units}} 轮 {{value}}（{{time}}）；最好 {{best}}（试验 {{bestTrial}}）",
  failed: "试验 {{trial}} 失败：{{reason}}",
  lost: "试验 {{trial}} 在别处继续：{{reason}}",
  summary:
    "{{trials}} 次试验：{{done}} 次完整训练，{{paused}} 次提前停止，{{failed}} 次失败；共 {{epochs}} 轮，训练用时 {{time}}。",
  compared: "最好：试验 {{best}}，验证集 {{metric}} {{value}}；试验 0（原有选项）：{{reference}}。",
  same: "其中最好的就是原有选项。",
  alone: "最好：试验 {{best}}，验证集 {{metric}} {{value}}。",
  chosen: "最好的选项",
  chosenHeader: ["选项", "原有", "最好"],
  top: "各次试验（从好到差）",
  topHeader: ["试验", "{{metric}}", "轮数", "状态", "选项"],
  states: { waiting: "等待", running: "进行中", paused: "提前停止", done: "完整", failed: "失败" },
  figures: "试过什么",
  importanceNote:
    "各选项在“最好的十分之一（至少三次）与全部试验之差别”中所占的份额（PED-ANOVA）。试验少时只是粗略估计。",
  validationNote:
    "所有数值都来自验证集；许多次中最好的一次总带点运气。测试集没有被读取：请用下面的命令训练并测试最好的选项。",
  next: "训练它：npx refrain train --config {{file}}",
  goOn: "已中断；试验与检查点保存在 {{folder}}，再次运行同一命令即可继续。",
  worker: "{{queue}} 的工作进程，文件在 {{shared}}，同时 {{parallel}} 个；按 Ctrl-C 会保存检查点后停止",
  workerBegan: "研究 {{study}} 的试验 {{trial}}：从第 {{from}} 轮到第 {{to}} 轮",
  workerDone: "研究 {{study}} 的试验 {{trial}}：{{value}}",
  workerFailed: "研究 {{study}} 的试验 {{trial}}：{{reason}}",
  workerEnded: "工作进程已结束",
};

type Key = { [K in keyof Texts]: Texts[K] extends string ? K : never }[keyof Texts];
type Values = Readonly<Record<string, string | number>>;

/** Words of a search in one language. */
export function tuneWords(language: ReportLanguage): {
  text(key: Key, values?: Values): string;
  header(key: "chosenHeader" | "topHeader", values?: Values): string[];
  state(state: keyof Texts["states"]): string;
} {
  const words = language === "zh" ? tuneZh : tuneEn;
  const filled = (text: string, values: Values) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ""));
  return {
    text: (key, values = {}) => filled(words[key], values),
    header: (key, values = {}) => words[key].map((each) => filled(each, values)),
    state: (state) => words.states[state],
  };
}
