// Which window the app gets: a pure choice from what was found on this machine.
import { resolve } from "node:path";

/**
 * @typedef {object} Found
 * @property {string | null} electron  path of Electron's binary, or null
 * @property {string} electronReason   why there is none
 * @property {readonly string[]} browsers  paths of Chromium, Chrome or Edge, the best first
 * @property {boolean} display         whether windows can be shown
 * @property {boolean} superuser       browsers refuse to work for root
 * @property {"electron" | "browser" | "none" | null} asked
 */

/**
 * The first window that works, and why: a key of `messages.mjs` with its values.
 *
 * @param {Found} found
 * @returns {{ shell: "electron" | "browser" | "none", path: string | null, reason: string, values: Record<string, string> }}
 */
export function chooseShell({ electron, electronReason, browsers, display, superuser, asked }) {
  const none = (reason) => ({ shell: "none", path: null, reason, values: { why: electronReason } });
  if (asked === "none") return none("asked");
  if (!display) return none("noDisplay");
  if (superuser) return none("superuser");
  if (electron && asked !== "browser")
    return { shell: "electron", path: electron, reason: "electron", values: { path: electron } };
  if (browsers.length === 0) return none("noBrowser");
  const values = { path: browsers[0], why: electronReason };
  return { shell: "browser", path: browsers[0], reason: asked === "browser" ? "browserAsked" : "browser", values };
}

/** Arguments of a browser window without tabs or address, with a profile of its own. */
export function browserArguments(url, profile) {
  return [`--app=${url}`, `--user-data-dir=${profile}`, "--no-first-run", "--no-default-browser-check"];
}

/** What the desktop shell is told: the Node for its server, the folder of the runs, and the port. */
export function shellEnvironment(env, node, { runs, port }) {
  return { ...env, REFRAIN_NODE: node, REFRAIN_RUNS: resolve(runs), REFRAIN_PORT: port };
}
