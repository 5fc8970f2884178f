// What `evaluate` and `compare` say, in both languages.
/** Sentences and headers by name. */
type MeasureMessages = Readonly<
  Record<
    | "table"
    | "tests"
    | "differs"
    | "same"
    | "speed"
    | "lists"
    | "sets"
    | "slices"
    | "anchors"
    | "noAnchors"
    | "otherAnchors"
    | "otherAnchor"
    | "readings"
    | "warning"
    | "exported"
    | "preparing"
    | "comparison"
    | "trial"
    | "known"
    | "failed"
    | "tested"
    | "goOn"
    | "defaults"
    | "each"
    | "search",
    string
  >
> &
  Readonly<
    Record<
      "testHeader" | "speedHeader" | "sliceHeader" | "anchorHeader" | "searchHeader" | "figures",
      readonly string[]
    >
  >;

export const measureEn: MeasureMessages = {
  table: "Results, {{part}} part",
  tests:
    "Against the best, {{best}}, in {{metric}}: paired tests over users, p after Holm's correction for {{count}} tests",
  testHeader: ["scorer", "difference [95 %]", "randomisation", "Wilcoxon", ""],
  differs: "worse",
  same: "not told apart",
  speed: "Speed: ms per user, cases per second, most memory of the process, and what the rank of ties could change",
  speedHeader: ["scorer", "ms per user", "cases/s", "memory", "{{metric}} by ties"],
  lists: "Beyond accuracy: what the lists of ten are like",
  sets: "One list a user, every play of the part relevant",
  slices: "Slices of {{scorer}}",
  sliceHeader: ["by", "slice", "cases", "users"],
  anchors: "Published results on this data",
  anchorHeader: ["model", "published", "here", "source", "keep in mind"],
  noAnchors: "No published result is known for this log: sizes and name are none of the table's.",
  otherAnchors: "May not be compared:",
  otherAnchor: "{{model}} ({{source}}): {{reasons}}",
  readings: "Models measured on the test part of this log and split so far: {{count}}, the first on {{first}}.",
  warning:
    "! More than one model was measured on this test part. To choose among them by these figures would report luck: choose with --part validation.",
  exported: "Per user: {{path}}",
  comparison: "Refrain: comparison {{name}}",
  trial: "{{model}} ({{at}}/{{models}}): trial {{number}}/{{of}}, validation {{value}}",
  known: "known",
  failed: "{{model}} is left out: {{reason}}",
  tested: "tested {{model}} ({{done}}/{{all}})",
  goOn: "Interrupted; what is done is kept. The same command goes on from there.",
  defaults: "defaults",
  each: "Each was chosen on validation before it was measured here; the order of the table itself is no choice to report.",
  search: "Search by {{metric}} on the validation part",
  searchHeader: ["model", "trials", "defaults", "best", "test over seeds", "chosen"],
  figures: [
    "Difference to the best",
    "{{metric}} against novelty in bits",
    "Validation of the trials, best first",
    "trial",
  ],
  preparing: "{{path}}: {{users}} users, {{items}} items; {{split}}",
};

export const measureZh: MeasureMessages = {
  table: "结果（{{part}} 部分）",
  tests: "与最好的 {{best}} 相比（{{metric}}）：按用户配对的检验，p 值已对 {{count}} 个检验作 Holm 校正",
  testHeader: ["方法", "差值 [95 %]", "随机化", "Wilcoxon", ""],
  differs: "更差",
  same: "无法区分",
  speed: "速度：每位用户毫秒数、每秒用例数、进程最大内存，以及并列名次可能造成的变化",
  speedHeader: ["方法", "毫秒/用户", "用例/秒", "内存", "{{metric}}（按并列方式）"],
  lists: "准确度之外：十首列表的样貌",
  sets: "每位用户一个列表，该部分的所有播放都算相关",
  slices: "{{scorer}} 的切片",
  sliceHeader: ["依据", "切片", "用例", "用户"],
  anchors: "此数据上已发表的结果",
  anchorHeader: ["模型", "已发表", "此处", "来源", "请注意"],
  noAnchors: "没有已知的已发表结果：规模与名称都不在表中。",
  otherAnchors: "不可比较：",
  otherAnchor: "{{model}}（{{source}}）：{{reasons}}",
  readings: "至今在此日志与划分的测试集上测量过的模型：{{count}} 个，首次在 {{first}}。",
  warning: "！已有多个模型在此测试集上测量过。按这些数字在其中挑选，报告的就是运气：请用 --part validation 来选择。",
  exported: "按用户：{{path}}",
  comparison: "Refrain：比较 {{name}}",
  trial: "{{model}}（{{at}}/{{models}}）：第 {{number}}/{{of}} 次试验，验证 {{value}}",
  known: "已有结果",
  failed: "{{model}} 未参加：{{reason}}",
  tested: "已测试 {{model}}（{{done}}/{{all}}）",
  goOn: "已中断；已完成的部分都已保存，再次运行同一命令即可继续。",
  defaults: "默认值",
  each: "各方法都先由验证集选定，再在此处测量；不要再按本表的次序挑选后报告。",
  search: "在验证集上按 {{metric}} 搜索",
  searchHeader: ["模型", "试验数", "默认值", "最好", "各种子的测试", "选定"],
  figures: ["与最好者之差", "{{metric}} 与新颖度（比特）", "各次试验的验证结果（从好到差）", "试验"],
  preparing: "{{path}}：{{users}} 位用户，{{items}} 个物品；{{split}}",
};
