// Everything setup says, in English and Chinese. Loads on any Node that knows modules, so no newer syntax here.
import { reasons } from "./reasons.mjs";

const retry = "npm run setup -- --retry";
const table = {
  help: {
    en: () => `Usage: npm run setup -- [options]
Prepares Refrain: packages, build, engine, data. Does only what is missing.

  --engine native|wasm|cpu  use this engine from now on (native: try again to get it)
  --retry                   try again to get native TensorFlow
  --help                    this text

REFRAIN_ENGINE=native|wasm|cpu does the same for one run. wasm and cpu skip all native work.`,
    zh: () => `用法:npm run setup -- [选项]
准备 Refrain:依赖包、构建、计算引擎、数据。只做尚未完成的部分。

  --engine native|wasm|cpu  从现在起使用该引擎(native:重新尝试安装)
  --retry                   重新尝试安装原生 TensorFlow
  --help                    显示本说明

REFRAIN_ENGINE=native|wasm|cpu 只对本次运行生效;wasm 与 cpu 跳过所有原生步骤。`,
  },
  oldNode: {
    en: (found) =>
      `Refrain needs Node 20.19 or newer; this is ${found}. Install a newer one: https://nodejs.org/en/download`,
    zh: (found) => `Refrain 需要 Node 20.19 或更高版本,当前为 ${found}。请安装新版本:https://nodejs.org/zh-cn/download`,
  },
  unknownArgument: {
    en: (found) => `Unknown option ${found}. See npm run setup -- --help`,
    zh: (found) => `未知选项 ${found}。参见 npm run setup -- --help`,
  },
  badEngine: {
    en: (found) => `Unknown engine "${found}". Choose native, wasm or cpu.`,
    zh: (found) => `未知引擎 "${found}"。可选 native、wasm 或 cpu。`,
  },
  waiting: {
    en: (pid) => `Another setup (process ${pid}) is at work here; waiting for it.`,
    zh: (pid) => `另一个 setup(进程 ${pid})正在此目录运行,等待其结束。`,
  },
  seconds: { en: (n) => `${n} s`, zh: (n) => `${n} 秒` },
  unexpected: {
    en: (text) => `Setup stopped: ${text}`,
    zh: (text) => `setup 中止:${text}`,
  },

  packages: { en: () => "Packages", zh: () => "依赖包" },
  packagesInstalled: { en: (n) => `${n} installed`, zh: (n) => `已安装 ${n} 个` },
  packagesProgress: { en: (n, all) => `${n} of ${all}`, zh: (n, all) => `${n} / ${all}` },
  packagesThere: { en: () => "already installed", zh: () => "已就绪" },
  noNpm: {
    en: () => "npm was not found beside Node. Install Node from https://nodejs.org/en/download; npm comes with it.",
    zh: () => "未找到 npm。请从 https://nodejs.org/zh-cn/download 安装 Node,其中包含 npm。",
  },
  noLockfile: {
    en: () => "package-lock.json is missing. Restore it: git checkout package-lock.json",
    zh: () => "缺少 package-lock.json。请恢复:git checkout package-lock.json",
  },

  build: { en: () => "Build", zh: () => "构建" },
  built: { en: (n) => `${n} source files`, zh: (n) => `${n} 个源文件` },
  buildFailed: {
    en: () => "The TypeScript build failed; the lines above say where.",
    zh: () => "TypeScript 构建失败,位置见上方输出。",
  },
  noCompilerPackage: {
    en: () => "TypeScript is not installed. Run: npm ci --include=dev",
    zh: () => "未安装 TypeScript。请运行:npm ci --include=dev",
  },

  data: { en: () => "Data", zh: () => "数据" },
  dataMade: { en: () => "datasets/jkpop", zh: () => "datasets/jkpop" },
  dataFailed: {
    en: () =>
      "The embedded data could not be generated; the lines above say why. To repeat: node bin/refrain.mjs data generate",
    zh: () => "内置数据生成失败,原因见上方输出。重试:node bin/refrain.mjs data generate",
  },

  scanner: { en: () => "Log scanner", zh: () => "日志扫描器" },
  scannerCompiled: { en: () => "compiled", zh: () => "已编译" },
  scannerRefused: {
    en: (why) => `left out, so large logs are read more slowly: ${why}`,
    zh: (why) => `未启用,读取大日志会更慢:${why}`,
  },

  kernels: { en: () => "Kernels", zh: () => "计算内核" },
  kernelsCompiled: { en: () => "compiled for this processor", zh: () => "已为本机处理器编译" },
  kernelsRefused: {
    en: (why) => `left out, so a training step takes up to 2.7 times as long: ${why}`,
    zh: (why) => `未启用,训练一步最多慢至 2.7 倍:${why}`,
  },

  engine: { en: () => "Engine", zh: () => "引擎" },
  trying: {
    en: (how) => ({ there: "loading TensorFlow", official: "official download", wheel: "TensorFlow wheel" })[how],
    zh: (how) => ({ there: "加载 TensorFlow", official: "官方下载", wheel: "TensorFlow wheel" })[how],
  },
  wayRefused: {
    en: (how, why) => `${table.trying.en(how)}: ${why}`,
    zh: (how, why) => `${table.trying.zh(how)}：${why}`,
  },
  askingHost: { en: () => "asking the download host", zh: () => "探测下载服务器" },
  askingPip: { en: () => "asking pip", zh: () => "查询 pip" },
  downloading: {
    en: (done, all) => (all ? `wheel ${done} of ${all} MB` : `wheel ${done} MB`),
    zh: (done, all) => (all ? `下载 wheel ${done} / ${all} MB` : `下载 wheel ${done} MB`),
  },
  unpacking: { en: (percent) => `unpacking ${percent} %`, zh: (percent) => `解压 ${percent} %` },
  compiling: { en: () => "compiling the addon", zh: () => "编译插件" },
  checking: { en: () => "checking the addon", zh: () => "检查插件" },
  engineNative: {
    en: (version, how, megabytes) =>
      `native TensorFlow ${version} (${{ there: "already installed", official: "official download", wheel: "libraries of the tensorflow-cpu wheel" }[how]}, ${megabytes} MB).`,
    zh: (version, how, megabytes) =>
      `原生 TensorFlow ${version}(${{ there: "已安装", official: "官方下载", wheel: "取自 tensorflow-cpu wheel" }[how]},${megabytes} MB)。`,
  },
  engineFallback: {
    en: (why) => `WASM, because native TensorFlow could not be set up: ${why} To try again: ${retry}`,
    zh: (why) => `WASM,因为无法安装原生 TensorFlow:${why} 重试:${retry}`,
  },
  engineChosen: {
    en: (name, by) => `${name}, chosen by ${by}.`,
    zh: (name, by) => `${name},由 ${by} 指定。`,
  },
  engineRefused: {
    en: (why) => `Native TensorFlow was asked for and could not be set up: ${why} Without it: REFRAIN_ENGINE=wasm`,
    zh: (why) => `指定了原生 TensorFlow,但无法安装:${why} 不使用它:REFRAIN_ENGINE=wasm`,
  },
};

/** The person's language as the command line finds it: the first of these that says something. */
export function languageOf(env) {
  const name = env.REFRAIN_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return /^zh/i.test(name) ? "zh" : "en";
}

/** Returns `t(key, ...values)`: the sentence in the person's language. */
export function translator(env) {
  const language = languageOf(env);
  return (key, ...values) => (table[key] || reasons[key])[language](...values);
}
