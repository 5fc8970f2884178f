import { languageOf } from "../../scripts/setup/messages.mjs";

const MESSAGES = {
  help: [
    "npm run app -- [--shell electron|browser|none] [--runs FOLDER] [--port N] [--screenshots]\n\nOpens the app: in Electron where it is there or can be fetched, else in a window of Chromium, Chrome or Edge,\nelse its address is printed. Ctrl-C ends it; a run that is being trained gets a checkpoint first.\n--screenshots writes pictures of the screens to docs/screenshots instead.",
    "npm run app -- [--shell electron|browser|none] [--runs 目录] [--port 端口] [--screenshots]\n\n打开应用：有 Electron 或可下载时用 Electron，否则用 Chromium、Chrome 或 Edge 的窗口，\n再不然打印地址。Ctrl-C 结束；正在训练的运行会先保存检查点。\n--screenshots 改为把各页面的截图写入 docs/screenshots。",
  ],
  screenshots: ["{folder}: {kilobytes} kB.", "{folder}：{kilobytes} kB。"],
  noScreenshots: [
    "No Chromium, Chrome or Edge was found to take pictures with.",
    "未找到可用来截图的 Chromium、Chrome 或 Edge。",
  ],
  noRun: ["There is no finished run to show: npm start makes one.", "没有已完成的运行可供展示：npm start 会生成一个。"],
  building: ["Building the app …", "正在构建应用……"],
  built: ["Built in {seconds} s.", "构建用时 {seconds} 秒。"],
  fetching: ["Electron is being downloaded (about 100 MB, once) …", "正在下载 Electron（约 100 MB，仅一次）……"],
  electron: ["Window: Electron ({path}).", "窗口：Electron（{path}）。"],
  browser: ["Window: {path} in app mode, because {why}.", "窗口：{path} 的应用模式，因为 {why}。"],
  browserAsked: ["Window: {path} in app mode, as asked.", "窗口：按要求使用 {path} 的应用模式。"],
  asked: ["No window, as asked. Open this address:", "按要求不打开窗口。请打开此地址："],
  noDisplay: ["No window, because there is no display. Open this address:", "没有显示器，不打开窗口。请打开此地址："],
  superuser: [
    "No window, because browsers refuse to run as root. Open this address:",
    "浏览器拒绝以 root 运行，不打开窗口。请打开此地址：",
  ],
  noBrowser: [
    "No window, because {why} and no Chromium, Chrome or Edge was found. Open this address:",
    "{why}，且未找到 Chromium、Chrome 或 Edge，不打开窗口。请打开此地址：",
  ],
  packageHelp: [
    "npm run package [-- --dir | --prepare]\n\nMakes an installer of the desktop app for this system in dist/packages; with --dir only the unpacked folder.\nelectron-builder (279 packages) is installed beside the project the first time, and downloads Electron.\n--prepare installs electron-builder only.",
    "npm run package [-- --dir | --prepare]\n\n在 dist/packages 中为本系统生成桌面应用的安装包；加 --dir 只生成未打包的文件夹。\n首次运行会在项目旁安装 electron-builder（279 个包），并由它下载 Electron。\n--prepare 只安装 electron-builder。",
  ],
  noDownload: [
    "No package: {why}, and Electron and the tools for installers come from there.\nWith an unpacked Electron in ELECTRON_OVERRIDE_DIST_PATH, npm run package -- --dir makes the folder without a network.",
    "无法打包：{why}，而 Electron 与制作安装包的工具都来自那里。\n若 ELECTRON_OVERRIDE_DIST_PATH 指向已解压的 Electron，npm run package -- --dir 无需联网即可生成文件夹。",
  ],
  notPackaged: [
    "No package: {why}\nAll that electron-builder said: {log}",
    "打包失败：{why}\nelectron-builder 的全部输出：{log}",
  ],
  noBuilder: ["electron-builder could not be installed.", "无法安装 electron-builder。"],
  wrong: ["Unknown option. npm run app -- --help shows what there is.", "未知选项。npm run app -- --help 查看用法。"],
};

/** Texts in the language of the terminal. */
export function translator(env) {
  const at = languageOf(env) === "zh" ? 1 : 0;
  return (key, values = {}) => MESSAGES[key][at].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
