// The only door between the page and the system. Built as CommonJS: a sandboxed preload can be nothing else.
import { contextBridge, webUtils } from "electron";
import type { Bridge } from "./bridge.js";

const bridge: Bridge = {
  pathOf: (file) => webUtils.getPathForFile(file as File),
};
contextBridge.exposeInMainWorld("refrainDesktop", bridge);
