import type { MenuItemConstructorOptions } from "electron";

const TEXTS = {
  file: ["File", "文件"],
  open: ["Open a log …", "打开日志……"],
  train: ["New run", "新的运行"],
  go: ["Go", "前往"],
  home: ["Home", "首页"],
  runs: ["Runs", "运行"],
  explore: ["Explore", "探索"],
  settings: ["Settings & help", "设置与帮助"],
} as const;

/** Items that lead to a screen, with their keys. */
const PLACES = [
  ["home", "", "CmdOrCtrl+1"],
  ["runs", "runs", "CmdOrCtrl+2"],
  ["explore", "explore", "CmdOrCtrl+3"],
  ["settings", "settings", "CmdOrCtrl+,"],
] as const;

/**
 * The menu of the app. Editing, viewing and window items are the system's own roles, which it names itself.
 *
 * @param go called with the first part of an address
 */
export function menuTemplate(
  language: string,
  platform: NodeJS.Platform,
  go: (place: string) => void,
): MenuItemConstructorOptions[] {
  const t = (key: keyof typeof TEXTS) => TEXTS[key][language.startsWith("zh") ? 1 : 0];
  return [
    ...(platform === "darwin" ? [{ role: "appMenu" } as const] : []),
    {
      label: t("file"),
      submenu: [
        { label: t("open"), accelerator: "CmdOrCtrl+O", click: () => go("data") },
        { label: t("train"), accelerator: "CmdOrCtrl+N", click: () => go("train") },
        { type: "separator" },
        platform === "darwin" ? { role: "close" } : { role: "quit" },
      ],
    },
    { role: "editMenu" },
    {
      label: t("go"),
      submenu: PLACES.map(([key, place, accelerator]) => ({ label: t(key), accelerator, click: () => go(place) })),
    },
    {
      role: "viewMenu",
      submenu: [
        { role: "reload" },
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { role: "togglefullscreen" },
      ],
    },
    { role: "windowMenu" },
  ];
}
