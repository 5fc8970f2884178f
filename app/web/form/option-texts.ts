import { dayOf, isDay } from "./schema.js";

/** Name of an option in English and Chinese, and the Chinese of its explanation; the English one stands in the schema. */
export const OPTION_TEXTS: Readonly<Record<string, readonly [english: string, chinese: string, help: string]>> = {
  name: ["Name of the run", "运行名称", "字母、数字、. _ -，最多 60 个"],
  baselines: ["Simpler methods", "简单方法", "训练之后一同测试的方法"],
  "data.path": ["Log", "日志", "日志的路径；“jkpop” 为内置数据集"],
  "data.attributes": ["File with attributes", "属性文件", "歌曲属性表，第一列为编号，有表头；jkpop 自带"],
  "data.titles": ["File with titles", "标题文件", "日志中只有编号时，存放标题的文件"],
  "data.encoding": ["Encoding", "编码", "如 shift_jis、euc-kr、gb18030；留空时自动识别"],
  "data.sessionGapMinutes": [
    "Pause between sessions, minutes",
    "会话间隔（分钟）",
    "超过此间隔即开始新会话；留空则按用户",
  ],
  "data.validation": ["File of the validation part", "验证集文件", "给定划分中的验证部分"],
  "data.test": ["File of the test part", "测试集文件", "给定划分中的测试部分；此时“日志”为训练部分"],
  "data.format": ["Form of the rows", "行的格式", "留空时自动识别"],
  "data.separator": ["Separator", "分隔符", "表格字段之间的分隔符；留空时自动识别"],
  "data.timeUnit": ["Unit of times", "时间单位", "时间的写法；留空时自动识别"],
  "data.singleUser": ["One person's log", "个人日志", "日志没有用户列，因为只属于一个人"],
  "data.pseudonymise": ["Pseudonyms", "化名", "用户变为 p1、p2……；个人导出中的歌曲变为 s1、s2……"],
  "data.keepTitles": ["Keep titles", "保留标题", "使用化名时，个人导出的标题仍保留"],
  "cleaning.earliest": ["Earliest time", "最早时间", "可信的最早时间"],
  "cleaning.latest": ["Latest time", "最晚时间", "可信的最晚时间；不填则为明天"],
  "cleaning.minimumDurationMs": ["Shortest play, ms", "最短播放（毫秒）", "更短的播放视为跳过"],
  "cleaning.minimumRating": ["Lowest rating", "最低评分", "低于此值的评分会被去掉；留空保留全部"],
  "cleaning.maximumPlaysPerDay": ["Most plays a day", "每日最多播放", "24 小时内超过此数即视为机器人；0 表示保留"],
  "cleaning.dropConsecutiveRepeats": ["Drop repeats in a row", "去掉连续重复", "去掉与上一首相同的播放"],
  "cleaning.minimumUserPlays": ["Fewest plays of a user", "用户最少播放", "播放更少的用户会被去掉"],
  "cleaning.minimumItemPlays": ["Fewest plays of an item", "歌曲最少播放", "播放更少的歌曲会被去掉"],
  "cleaning.maxBadShare": ["Most unreadable rows, share", "不可读行上限", "不可读行超过此比例时拒绝清洗"],
  "split.kind": [
    "Kind of split",
    "划分方式",
    "time：按同一时刻切分；leave-one-out：每位用户最后两首；auto：有时间则按时间",
  ],
  "split.days": ["Days of test and validation", "测试与验证的天数", "用于 time 与 sessions，代替比例；1 为最后一天"],
  "split.targets": ["Targets", "目标", "time：每次播放都作为目标，或只取每位用户的最后一次"],
  "split.lastPlays": ["Last plays held out", "留出的最后播放数", "用于 leave-last-n 与 users"],
  "split.seed": ["Seed of the split", "划分种子", "用于 users：抽取用户"],
  "split.support": ["Where minimums count", "最少播放的计数范围", "在整个日志中，或只在训练部分中"],
  "split.validationShare": ["Share for validation", "验证集比例", "按时间划分时验证集所占比例"],
  "split.testShare": ["Share for the test", "测试集比例", "按时间划分时测试集所占比例"],
  "model.cell": ["Recurrent cell", "循环单元", "循环网络的单元类型"],
  "model.block": ["Block", "结构块", "plain：无；postNorm、preNorm：残差、前馈层与归一化"],
  "model.heads": ["Heads", "注意力头数", "只用于 attention"],
  "model.attentionWindow": ["Attention window", "注意力窗口", "attention 看到的最近播放数"],
  "model.embeddingSize": ["Numbers per item", "歌曲向量维数", "每首歌曲的向量长度 D"],
  "model.userEmbeddingSize": ["Numbers per user", "用户向量维数", "每位用户的向量长度；0 表示不用"],
  "model.hiddenSize": ["Hidden units", "隐藏单元数", "每个循环层的单元数 H"],
  "model.layers": ["Layers", "层数", "叠加的循环层数"],
  "model.inputDropout": ["Input dropout", "输入丢弃率", "训练时丢弃的输入比例"],
  "model.dropout": ["Dropout", "丢弃率", "训练时丢弃的各层输出比例"],
  "model.userDropout": ["User dropout", "用户丢弃率", "训练时以“新用户”代替的用户比例"],
  "model.layerNorm": ["Layer norm", "层归一化", "对用于打分的向量做归一化"],
  "model.residual": ["Residual", "残差连接", "维数相同时把各层输入加到输出上"],
  "model.output": ["Output table", "输出矩阵", "tied：用输入向量打分；free：单独的矩阵"],
  "model.lastItem": ["Last-item shortcut", "末项直连", "从上一首到下一首的捷径，绕过循环层"],
  "model.repeatWindow": ["Copy window", "复制窗口", "可被复制机制重复的最近播放数；0 表示不用"],
  "model.repeatHeads": [
    "Copy mechanisms",
    "复制机制数",
    "并列的复制机制；一个可以学会在会话内返回，一个学会回到熟悉的最爱",
  ],
  "model.personalWindow": ["Personal popularity", "个人热度窗口", "最近多少次播放计入本人的播放次数；0 表示不用"],
  "model.timeGap": ["Pauses", "播放间隔", "每次播放之前的间隔（需要日志里有时间）"],
  "model.hour": ["Hour of day", "时刻", "每次播放在一天中的小时（UTC，需要日志里有时间）"],
  "model.moment": ["Time of the question", "提问时刻", "间隔和小时也用于提问本身：测试时模型会知道下一次播放何时开始"],
  "model.contextDropout": ["Dropout of times", "时间丢弃率", "训练时不给出时间的历史（和提问）比例"],
  "model.attributes": [
    "Attributes of items",
    "歌曲属性",
    "听到一首歌时读入它在这些列的值，复制机制也用它们；用逗号隔开；空为不用",
  ],
  "train.epochs": ["Epochs", "训练轮数", "最多训练的轮数，每轮之后验证一次"],
  "train.minimumStepsPerEpoch": ["Fewest steps per epoch", "每轮最少步数", "数据少时一轮会多次遍历"],
  "train.batchPositions": ["Targets per batch", "每批目标数", "每批大约包含的目标数"],
  "train.maxLength": ["Window length", "窗口长度", "一个训练窗口最多的播放数 T"],
  "train.loss": ["Loss", "损失函数", "softmax：对全部歌曲；其余对抽取的歌曲（此时复制窗口和个人热度窗口须为 0）"],
  "train.negatives": ["Negatives per batch", "每批负样本数", "抽样损失每批抽取的歌曲数"],
  "train.negativeAlpha": ["Popularity power", "流行度指数", "抽取负样本时流行度的指数"],
  "train.augmentation": ["Augmentation", "数据增强", "crop：过长的历史每轮在不同位置截断"],
  "train.optimizer": ["Optimizer", "优化器", "adam 不使用权重衰减"],
  "train.lazy": ["Sparse updates", "稀疏更新", "只更新本步读到的行"],
  "train.learningRate": ["Learning rate", "学习率", "预热之后的步长"],
  "train.warmupSteps": ["Warm-up steps", "预热步数", "学习率从 0 升起的步数"],
  "train.schedule": ["Schedule", "学习率计划", "cosine：在全部轮次内降到 0"],
  "train.weightDecay": ["Weight decay", "权重衰减", "每单位学习率减去的权重比例"],
  "train.clipNorm": ["Gradient norm limit", "梯度裁剪", "一步梯度的最大总范数"],
  "train.metric": ["Metric that chooses", "选择指标", "用来选出最佳权重的验证指标"],
  "train.patience": ["Patience", "耐心轮数", "指标无改进多少轮后停止"],
  "train.checkpointSeconds": ["Seconds between checkpoints", "检查点间隔（秒）", "每轮之后也会保存一次"],
  "train.seed": ["Seed", "随机种子", "决定权重、顺序与丢弃"],
  "protocol.cutoffs": ["Cut-offs", "截断位置", "HR@k 等指标的 k"],
  "protocol.seen": ["Heard items", "听过的歌曲", "remove：听过的不再作为候选；音乐常有重复，故默认 keep"],
  "protocol.candidates": [
    "Candidates",
    "候选范围",
    "full：对全部物品排名；其余只与一份样本比较，数字偏大，且可能改变方法的名次",
  ],
  "protocol.negatives": ["Sampled items", "抽样数量", "样本中与目标一起排名的物品数"],
  "protocol.negativesFile": ["File of samples", "样本文件", "候选为 file 时：每行一位用户及其目标要与之比较的物品"],
  "protocol.seed": ["Seed of samples", "样本种子", "抽取候选所用的种子"],
  "protocol.ties": ["Rank of ties", "并列名次", "同分时目标取中间、最前或最后的名次"],
};

/** Where columns are named by their role. */
const COLUMN: readonly [english: string, chinese: string] = ["Column", "列"];

/** An option with a value, in words: "Most plays a day: 300". */
export function optionText(path: string, value: unknown, language: "en" | "zh"): string {
  const [day, text] = [typeof value === "number" ? dayOf(path, value) : "", String(value)];
  const shown = isDay(path) && day !== "" ? day : text;
  return `${optionName(path, language)}${language === "zh" ? "：" : ": "}${shown}`;
}

/** Name of an option in the language of the window. */
export function optionName(path: string, language: "en" | "zh"): string {
  const at = language === "zh" ? 1 : 0;
  const role = /^data\.columns\.(\w+)$/.exec(path)?.[1];
  if (role) return `${COLUMN[at]} (${role})`;
  return OPTION_TEXTS[path]?.[at] ?? path;
}
