// What is there to show a window with.
import { lookup } from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const ON_PATH = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge", "msedge"];
const ELSEWHERE = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};
const PATIENCE = 800;

/** Paths of the browsers that know app mode. */
export function findBrowsers(env, platform, exists = existsSync) {
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = ON_PATH.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...new Set([...onPath, ...(ELSEWHERE[platform] ?? [])].filter((path) => exists(path)))];
}

/**
 * Path of Electron's binary, or null. The package is never required here: that alone would start a download.
 *
 * @param {string} root folder of the project
 */
export function findElectron(root, env) {
  const folder = join(root, "node_modules", "electron");
  try {
    const name = readFileSync(join(folder, "path.txt"), "utf8");
    const path = join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, "dist"), name);
    return existsSync(path) ? path : null;
  } catch {
    const path = env.ELECTRON_OVERRIDE_DIST_PATH ? join(env.ELECTRON_OVERRIDE_DIST_PATH, "electron") : null;
    return path && existsSync(path) ? path : null;
  }
}

/** Whether Electron's download can be tried: its package is installed, and the host has an address. */
export async function canFetchElectron(root, env) {
  if (!existsSync(join(root, "node_modules", "electron", "install.js")))
    return { can: false, why: "the package electron is not installed" };
  const host = env.ELECTRON_MIRROR ? new URL(env.ELECTRON_MIRROR).hostname : "github.com";
  const timer = new Promise((resolve) => setTimeout(resolve, PATIENCE, null).unref());
  const found = await Promise.race([lookup(host).catch(() => null), timer]);
  return found ? { can: true, why: "" } : { can: false, why: `${host} was not reached` };
}

/** Linux shows windows only where one of these is set. */
export function hasDisplay(env, platform) {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}
