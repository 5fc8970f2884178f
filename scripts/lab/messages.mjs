// What `npm run lab` and `npm run notebooks` say, in English and Chinese.
import { languageOf } from "../setup/messages.mjs";

const table = {
  noPython: {
    en: "Notebooks need Python 3.10 or newer, and none was found. Install it (Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python; Windows: winget install Python.Python.3.12), or name one: PYTHON=/path/to/python npm run lab",
    zh: "notebook 需要 Python 3.10 或更高版本,但没有找到。请安装(Debian、Ubuntu:sudo apt install python3 python3-venv;macOS:brew install python;Windows:winget install Python.Python.3.12),或指定路径:PYTHON=/路径/python npm run lab",
  },
  noVenv: {
    en: "Python could not make a virtual environment in .cache/lab. On Debian and Ubuntu: sudo apt install python3-venv",
    zh: "Python 无法在 .cache/lab 中创建虚拟环境。Debian、Ubuntu 请执行:sudo apt install python3-venv",
  },
  noPip: {
    en: "Jupyter could not be installed; see the lines above. Without a network, put wheels into a folder and set PIP_FIND_LINKS and PIP_NO_INDEX=1.",
    zh: "Jupyter 安装失败,原因见上。没有网络时,请把 wheel 文件放进一个目录,并设置 PIP_FIND_LINKS 和 PIP_NO_INDEX=1。",
  },
  noKernel: {
    en: "The TypeScript kernel could not be installed; see the lines above. Run the command again when npm reaches its registry.",
    zh: "TypeScript 内核安装失败,原因见上。请在 npm 能访问 registry 时重试。",
  },
  python: { en: "Jupyter: installing in .cache/lab (some 320 MB)", zh: "Jupyter:正在安装到 .cache/lab(约 320 MB)" },
  kernel: {
    en: "Kernel: installing in tools/jupyter (some 90 MB)",
    zh: "内核:正在安装到 tools/jupyter(约 90 MB)",
  },
  open: {
    en: "Open this address in a browser. Ctrl-C ends the server.",
    zh: "请在浏览器中打开此地址。按 Ctrl-C 结束。",
  },
};

/** Messages in the person's language, as the command line chooses it. */
export function labMessages(env) {
  const language = languageOf(env);
  return (key) => table[key][language];
}
