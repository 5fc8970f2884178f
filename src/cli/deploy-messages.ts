// What `export` and `update` say, in both languages.
export const deployEn = {
  exported: "Exported to {{folder}} ({{to}}, {{precision}}):",
  open: "Open {{path}} in a browser; it needs no server and no network.",
  plays:
    "new plays: {{training}} to train on, {{validation}} for the guard; known already: {{known}}; of items that stay unknown: {{rare}}",
  fresh: "new items: {{newItems}}, new listeners: {{newUsers}}",
  before: "before: {{metric}} {{value}} on the guard's {{cases}} cases",
  kept: "kept: {{metric}} {{before}} -> {{after}}. The run as it was is still there.",
  refused: "NOT kept: {{metric}} {{before}} -> {{after}} is worse. Nothing was changed.",
  folder: "New run: {{folder}}",
};

export const deployZh: typeof deployEn = {
  exported: "已导出到 {{folder}}（{{to}}，{{precision}}）：",
  open: "用浏览器打开 {{path}}；无需服务器，也无需网络。",
  plays: "新播放：用于训练 {{training}}，用于把关 {{validation}}；早已知道 {{known}}；仍未知的歌曲 {{rare}}",
  fresh: "新歌曲 {{newItems}}，新听众 {{newUsers}}",
  before: "更新前：{{metric}} {{value}}，把关用例 {{cases}} 个",
  kept: "已保留：{{metric}} {{before}} -> {{after}}。原来的运行仍在。",
  refused: "未保留：{{metric}} {{before}} -> {{after}}，变差了。没有改动任何内容。",
  folder: "新运行：{{folder}}",
};
