// What `refrain serve` and `refrain forget` say, in English and Chinese.
export const serveEn = {
  serve: {
    model: "Model: {{run}}, {{items}} items, {{users}} listeners, SHA-256 {{fingerprint}}",
    search: {
      exact: {
        asked: "Lists: exact, every item is looked at, as --search says.",
        size: "Lists: exact, every item is looked at, for {{items}} items are not more than {{most}}.",
        library:
          "Lists: exact, every item is looked at. {{items}} items are more than {{most}}, but approximate search is not there: {{problem}}",
      },
      approximate: {
        asked: "Lists: approximate, as --search says. They are exact until the graph is built.",
        size: "Lists: approximate, for {{items}} items are more than {{most}}. They are exact until the graph is built.",
      },
    },
    graph: {
      ready:
        "The graph for {{run}} took {{seconds}} s, and answers from now on. It finds {{share}} of the exact lists of {{k}} ({{listeners}} listeners).",
      failed: "The graph for {{run}} could not be built, so every item is looked at: {{message}}",
    },
    store: "Plays: {{store}}",
    listening: "Listening at {{url}}   API: {{url}}/docs   metrics: {{url}}/metrics",
    token: "Others need the token in {{file}}: Authorization: Bearer …",
    ownToken: "Requests need the token of REFRAIN_TOKEN: Authorization: Bearer …",
    noToken: "Only this machine may ask, without a token.",
    noTls: "Tokens and plays are not encrypted on the way: put a proxy with TLS in front, and pass --behind-proxy.",
    hint: "Ctrl-C ends; SIGHUP puts the newest model in place.",
    stopping: "Stopping: answering what is being asked",
    stopped: "Stopped; every acknowledged play is kept.",
    swapped: "Now answering: {{run}}",
    notSwapped: "The model was not changed: {{message}}",
    unexpected: "Unexpected error: {{message}}",
  },
  forget: {
    nothing: "Nothing is kept of {{users}}.",
    dry: "Nothing was changed. Run again with --yes to remove what is marked so.",
    removing: "Removing: {{what}} {{path}}",
    done: "Removed: {{places}} places, {{plays}} plays.",
    stays: "These stay, and need you:",
    learned: "What models have learned from these plays stays in their weights until they are trained again.",
    header: { what: "what", plays: "plays", action: "with --yes", path: "where" },
    action: { remove: "is removed", stays: "stays" },
    kind: {
      log: "rows of a log or table",
      model: "id, plays and user vector in a model",
      report: "report that names the listener",
      checkpoints: "checkpoints of an unfinished run",
      serving: "plays and states of the server",
      mention: "file that names the listener",
      "by-hand": "log that has to be changed by hand",
      training: "run that is being trained on such a log",
    },
    reason: {
      packed: "rows in a zip file, which is not rewritten: unpack it, or delete it",
      encoding: "rows in an encoding that is not changed here: save it as UTF-8 first",
      shared: "rows in records with plays of several listeners: remove them by hand",
      unreadable: "log that could not be read: look for the listener by hand",
    },
  },
};

export const serveZh: typeof serveEn = {
  serve: {
    model: "模型：{{run}}，{{items}} 首歌曲，{{users}} 位听众，SHA-256 {{fingerprint}}",
    search: {
      exact: {
        asked: "列表：精确，查看每一首歌曲（由 --search 指定）。",
        size: "列表：精确，查看每一首歌曲，因为 {{items}} 首不超过 {{most}} 首。",
        library: "列表：精确，查看每一首歌曲。{{items}} 首超过 {{most}} 首，但近似检索不可用：{{problem}}",
      },
      approximate: {
        asked: "列表：近似（由 --search 指定）。图建好之前为精确。",
        size: "列表：近似，因为 {{items}} 首超过 {{most}} 首。图建好之前为精确。",
      },
    },
    graph: {
      ready:
        "{{run}} 的图已建好，用时 {{seconds}} 秒，从现在起由它回答。它找到精确列表（长 {{k}}，{{listeners}} 位听众）的 {{share}}。",
      failed: "{{run}} 的图没有建成，因此仍查看每一首歌曲：{{message}}",
    },
    store: "播放记录：{{store}}",
    listening: "监听 {{url}}   接口：{{url}}/docs   指标：{{url}}/metrics",
    token: "其他人需要 {{file}} 中的令牌：Authorization: Bearer …",
    ownToken: "请求需要 REFRAIN_TOKEN 的令牌：Authorization: Bearer …",
    noToken: "只有本机可以访问，无需令牌。",
    noTls: "令牌与播放在途中没有加密：请在前面放带 TLS 的代理，并加 --behind-proxy。",
    hint: "Ctrl-C 结束；SIGHUP 换上最新的模型。",
    stopping: "正在停止：先答完已有的请求",
    stopped: "已停止；确认过的播放都已保存。",
    swapped: "现在使用：{{run}}",
    notSwapped: "模型没有更换：{{message}}",
    unexpected: "意外错误：{{message}}",
  },
  forget: {
    nothing: "没有保存 {{users}} 的任何内容。",
    dry: "没有改动任何内容。加 --yes 再运行，会删除如此标明的内容。",
    removing: "正在删除：{{what}} {{path}}",
    done: "已删除：{{places}} 处，{{plays}} 次播放。",
    stays: "以下内容仍在，需要你处理：",
    learned: "模型从这些播放中学到的东西留在权重里，直到重新训练。",
    header: { what: "内容", plays: "播放", action: "加 --yes", path: "位置" },
    action: { remove: "会删除", stays: "保留" },
    kind: {
      log: "日志或表格中的行",
      model: "模型中的标识、播放与用户向量",
      report: "提到该听众的报告",
      checkpoints: "未完成运行的检查点",
      serving: "服务的播放与状态",
      mention: "提到该听众的文件",
      "by-hand": "需要手动修改的日志",
      training: "正在用这份日志训练的运行",
    },
    reason: {
      packed: "zip 文件中的行，无法改写：请解压后处理，或删除该文件",
      encoding: "该编码的文件无法在此修改其中的行：请先另存为 UTF-8",
      shared: "与其他听众的播放同在一条记录中的行：请手动删除",
      unreadable: "无法读取的日志：请手动查找该听众",
    },
  },
};
