// The model card beside an export.
import type { SavedModel } from "../model/index.js";
import type { Precision } from "./quantise.js";
import type { ExportedFile, ExportedNetwork, ExportTarget } from "./targets.js";

export type CardLanguage = "en" | "zh";

/** What is known of the run that made the model. */
export interface CardFacts {
  readonly run: string;
  readonly data: string;
  readonly dataHash: string;
  readonly trainedAt: string;
  /** Such as "HR@10 0.3101 [0.2995, 0.3206]", on the test part. */
  readonly metrics: readonly string[];
  /** How these were measured. */
  readonly protocol: string;
}

export interface CardInput {
  readonly saved: SavedModel;
  readonly to: ExportTarget;
  readonly precision: Precision;
  readonly users: boolean;
  readonly version: string;
  readonly files: readonly ExportedFile[];
  readonly networks: readonly ExportedNetwork[];
  readonly facts?: CardFacts;
}

const en = {
  title: "Model card",
  what: (name: string, items: string, weights: string) =>
    `A recurrent recommender (${name}) over ${items} items with ${weights} weights, trained by Refrain.`,
  training: "Training",
  run: "run",
  data: "data",
  when: "trained",
  test: "Test part, before export, in float32",
  unknown: "Nothing is known of the run.",
  use: "Use",
  intended:
    "It ranks the next item of a listener by the items heard so far. It knows no item that its training data did not hold.",
  users: "Listeners' own vectors and ids are in the files: treat them as personal data.",
  noUsers: "No listener's vector, id or history is in the files: every listener is a new one.",
  quantised: (precision: string) =>
    `Weights are kept in ${precision}. What that costs is measured in bench/DEPLOY.md of Refrain; measure it on your own data too.`,
  window: (plays: string) =>
    `It was trained on windows of ${plays} plays. Give sequence.onnx the last ${plays} to ${plays} x 2 plays of a long history.`,
  inputs: "Inputs and outputs",
  state: "Every input that is a state starts as zeros; its output NAME_next is the next input NAME.",
  files: "Files",
  header: ["file", "bytes", "SHA-256"],
  ports: ["name", "type", "shape", "meaning"],
};

const zh: typeof en = {
  title: "模型卡",
  what: (name, items, weights) => `由 Refrain 训练的循环推荐模型（${name}），共 ${items} 首歌曲、${weights} 个权重。`,
  training: "训练",
  run: "运行",
  data: "数据",
  when: "训练时间",
  test: "测试部分，导出之前，float32",
  unknown: "没有此次运行的记录。",
  use: "用途",
  intended: "按已听内容为听众排出下一首。训练数据里没有的歌曲，它不认识。",
  users: "文件含听众的向量与 id，请按个人数据处理。",
  noUsers: "文件不含任何听众的向量、id 或历史：每位听众都是新听众。",
  quantised: (precision) => `权重以 ${precision} 保存。代价见 Refrain 的 bench/DEPLOY.md；请也在自己的数据上测量。`,
  window: (plays) =>
    `训练窗口为 ${plays} 次播放。历史较长时，请给 sequence.onnx 最近的 ${plays} 至 ${plays} x 2 次播放。`,
  inputs: "输入与输出",
  state: "作为状态的输入从全零开始；输出 NAME_next 就是下一次的输入 NAME。",
  files: "文件",
  header: ["文件", "字节", "SHA-256"],
  ports: ["名称", "类型", "形状", "含义"],
};

/** The card as Markdown. */
export function modelCard(input: CardInput, language: CardLanguage): string {
  const words = language === "zh" ? zh : en;
  const { saved, networks, facts, precision } = input;
  const { model } = saved;
  const number = (value: number) => value.toLocaleString("en-US");
  const lines = [
    `# ${words.title}: ${facts?.run ?? saved.name}`,
    "",
    words.what(saved.name, number(model.itemCount), number(model.parameterCount)),
    "",
  ];
  lines.push(`## ${words.training}`, "");
  if (facts) {
    const { run, data, dataHash, trainedAt, metrics, protocol } = facts;
    lines.push(
      `- ${words.run}: ${run}`,
      `- ${words.data}: ${data}, SHA-256 ${dataHash}`,
      `- ${words.when}: ${trainedAt}`,
    );
    if (metrics.length > 0) lines.push(`- ${words.test}: ${metrics.join("; ")} (${protocol})`);
  } else lines.push(words.unknown);
  lines.push("", `## ${words.use}`, "", words.intended, input.users ? words.users : words.noUsers);
  if (precision !== "fp32") lines.push(words.quantised(precision));
  lines.push(words.window(String(saved.windowLength)), "");
  if (networks.length > 0) lines.push(`## ${words.inputs}`, "", words.state, "");
  for (const { file, inputs, outputs } of networks) {
    lines.push(`### ${file}`, "", row(words.ports), row(words.ports.map(() => "---")));
    for (const [mark, ports] of [["", inputs] as const, ["-> ", outputs] as const])
      for (const { name, type, shape, meaning } of ports)
        lines.push(row([`${mark}\`${name}\``, type, `[${shape.join(", ")}]`, meaning]));
    lines.push("");
  }
  lines.push(`## ${words.files}`, "", row(words.header), row(words.header.map(() => "---")));
  for (const { name, bytes, sha256 } of input.files) lines.push(row([name, number(bytes), `\`${sha256}\``]));
  lines.push("", `Refrain ${input.version}`, "");
  return lines.join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
