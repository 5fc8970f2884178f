import type { Texts } from "./index.js";

/** The frame, states that every screen has, Home, Settings. */
export const shell = {
  nav: {
    label: ["Screens", "页面"],
    home: ["Home", "首页"],
    data: ["Data", "数据"],
    train: ["Train", "训练"],
    runs: ["Runs", "运行"],
    explore: ["Explore", "探索"],
    items: ["Items", "歌曲"],
    evaluate: ["Evaluate", "评测"],
    compare: ["Compare", "对比"],
    settings: ["Settings & help", "设置与帮助"],
    live: ["A run is being trained", "正在训练"],
    local: ["Everything stays on this computer.", "所有数据都留在本机。"],
    search: ["Search", "搜索"],
  },
  state: {
    loading: ["Loading", "加载中"],
    retry: ["Try again", "重试"],
    disconnected: ["The app's server does not answer.", "应用的服务没有响应。"],
    disconnectedHelp: [
      "Is npm run app still running? What is shown here may be old.",
      "npm run app 还在运行吗？此处显示的内容可能已过时。",
    ],
    reconnecting: ["Connection lost. Trying again …", "连接中断，正在重试……"],
    noPage: ["There is no such screen", "没有这个页面"],
    toHome: ["To the start", "回到首页"],
    noFinished: ["No finished run yet", "还没有完成的运行"],
    noFinishedHelp: [
      "This screen asks a trained model. Train one first: the embedded log takes about a minute.",
      "此页面需要训练好的模型。请先训练：内置数据集约需一分钟。",
    ],
    toTrain: ["Train a model", "训练模型"],
  },
  locked: {
    title: ["This tab has no key", "此标签页没有密钥"],
    text: [
      "Open the address that npm run app printed, or paste it here. The key keeps other pages of this browser out.",
      "请打开 npm run app 给出的地址，或粘贴到此处。密钥可阻止浏览器中的其他页面访问。",
    ],
    token: ["Address or key", "地址或密钥"],
    open: ["Open", "打开"],
  },
  palette: {
    placeholder: ["Screen or run", "页面或运行"],
    screen: ["screen", "页面"],
    run: ["run", "运行"],
    none: ["Nothing found", "没有找到"],
  },
  chart: {
    export: ["Save the figure {{title}}", "保存图表 {{title}}"],
    table: ["Table", "表格"],
    figure: ["Figure", "图表"],
    title: ["title", "标题"],
    artist: ["artist", "艺人"],
  },
  home: {
    title: ["A recommender you can question", "可以追问的推荐系统"],
    lead: [
      "From a listening log to a trained LSTM, proof of how good it is, and one listener's list with reasons.",
      "从听歌日志到训练好的 LSTM，证明它有多好，并给出某位听众的推荐及理由。",
    ],
    data: ["Open a log", "打开日志"],
    dataHelp: [
      "Drop a file. Columns are found, the log is audited, nothing leaves this computer.",
      "拖入文件即可：自动识别列并审查日志，数据不离开本机。",
    ],
    train: ["Train on the embedded log", "用内置数据集训练"],
    trainHelp: [
      "1,417 real Japanese and Korean songs, simulated listeners, and a known best result.",
      "1,417 首真实的日韩歌曲，模拟听众，最优结果已知。",
    ],
    explore: ["Explore a listener", "探索一位听众"],
    exploreHelp: [
      "What was heard, what comes next and why. Change the history and see the list move.",
      "听过什么、接下来是什么、为什么。修改历史，看列表如何变化。",
    ],
    exploreLater: ["As soon as a model is trained.", "模型训练完成后即可使用。"],
    recent: ["Newest runs", "最近的运行"],
    all: ["All runs", "全部运行"],
    none: ["No runs yet", "还没有运行"],
    noneHelp: [
      "Start one on the screen Train, or with npm start in a terminal.",
      "在“训练”页面或终端中用 npm start 开始。",
    ],
  },
  settings: {
    look: ["Look", "外观"],
    language: ["Language", "语言"],
    theme: ["Theme", "主题"],
    themes: { system: ["As the system", "跟随系统"], light: ["Light", "浅色"], dark: ["Dark", "深色"] },
    keys: ["Keys", "快捷键"],
    key: {
      search: ["any screen or run", "查找页面或运行"],
      list: ["move in a list of listeners or songs", "在听众或歌曲列表中移动"],
      undo: [
        "take back the last change: of the runs, a history, or the cleaning of a log",
        "撤销最后一次修改：运行列表、历史或日志清洗",
      ],
      next: ["to the next control", "到下一个控件"],
      close: ["close what is open", "关闭打开的面板"],
    },
    about: ["This app", "关于"],
    version: ["Version", "版本"],
    runs: ["Runs are kept in", "运行保存在"],
    uploads: ["Dropped files are kept in", "拖入的文件保存在"],
    private: [
      "The app listens on this computer only, loads nothing from a network, and sends nothing.",
      "本应用只在本机监听，不从网络加载任何内容，也不发送任何内容。",
    ],
    glossary: ["Words", "术语"],
  },
} as const satisfies Texts;
