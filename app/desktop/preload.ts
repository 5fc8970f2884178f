// The only door between the page and the system. Built as CommonJS: a sandboxed preload can be nothing else.
import { contextBridge, ipcRenderer, webUtils } from "electron";
import type { Bridge } from "./bridge.js";

const bridge: Bridge = {
  pathOf: (file) => webUtils.getPathForFile(file as File),
  pickLog: () => ipcRenderer.invoke("pick-log"),
  revealRun: (id) => ipcRenderer.invoke("reveal-run", id),
  notify: (title, body) => ipcRenderer.invoke("notify", title, body),
};
contextBridge.exposeInMainWorld("refrainDesktop", bridge);
