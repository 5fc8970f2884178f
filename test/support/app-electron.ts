// Where a real Electron can be run, and a stand-in of it that can only be packaged.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findElectron, hasDisplay } from "../../app/launch/find.mjs";
import { isBuilt, isLongRun, ROOT } from "./cli.js";

/** Path of Electron's binary; null where it was never downloaded. */
export const electronPath: string | null = findElectron(ROOT, process.env);
export const canRunElectron: boolean =
  isLongRun && isBuilt && electronPath !== null && hasDisplay(process.env, process.platform);
export const ELECTRON_NEEDS = "needs REFRAIN_FULL=1, dist, Electron's binary, and a display";

/** The mark in front of the fuses, their version, their number, and each as it is in a fresh Electron: "1" on, "0" off. */
export const FRESH_FUSES: Buffer = Buffer.concat([
  Buffer.from("dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX"),
  Buffer.from([1, 8]),
  Buffer.from("10110001"),
]);

/** Makes a folder that electron-builder takes for an unpacked Electron. Its program does nothing. */
export function makeStandIn(folder: string): void {
  mkdirSync(join(folder, "locales"), { recursive: true });
  mkdirSync(join(folder, "resources"));
  writeFileSync(join(folder, "electron"), Buffer.concat([readFileSync("/bin/true"), FRESH_FUSES]), { mode: 0o755 });
  copyFileSync("/bin/true", join(folder, "chrome-sandbox"));
  for (const name of ["LICENSE", "LICENSES.chromium.html", "locales/en-US.pak"]) writeFileSync(join(folder, name), "x");
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", "electron", "package.json"), "utf8"));
  writeFileSync(join(folder, "version"), version);
}
