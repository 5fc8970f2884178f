// npm run package: an installer of the desktop app for this system, in dist/packages. --dir gives a folder only,
// --prepare installs electron-builder and makes nothing.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNpm } from "../scripts/setup/steps/npm.mjs";
import { buildIfNeeded } from "./launch/build.mjs";
import { canFetchElectron, findElectron } from "./launch/find.mjs";
import { translator } from "./launch/messages.mjs";
import { findBuilder, installBuilder, packageApp } from "./launch/package.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const t = translator(process.env);

/** Installs electron-builder where it is not there yet. */
function prepare() {
  const npm = findNpm(process.env);
  const there = findBuilder(root) !== null || (npm !== undefined && installBuilder(root, npm));
  if (!there) console.error(t("noBuilder"));
  return there;
}

async function main(args) {
  if (args.length > 1 || !["--dir", "--prepare", undefined].includes(args[0])) {
    const asked = args.includes("--help") || args.includes("-h");
    console[asked ? "log" : "error"](t("packageHelp"));
    return asked ? 0 : 2;
  }
  if (args[0] === "--prepare") return prepare() ? 0 : 1;
  const unpacked = args.includes("--dir");
  const binary = findElectron(root, process.env);
  // electron-builder would try for three quarters of a minute before it says so. Tools for installers are on the same host.
  const { can, why: unreached } = binary && unpacked ? { can: true } : await canFetchElectron(root, process.env);
  if (!can) {
    console.error(t("noDownload", { why: unreached }));
    return 1;
  }
  buildIfNeeded(root, () => console.log(t("building")));
  if (!prepare()) return 1;
  const folder = join(root, "dist", "packages");
  const { status, output } = packageApp({
    root,
    node: process.execPath,
    output: folder,
    unpacked,
    electronDist: binary
      ? (process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, "node_modules/electron/dist"))
      : undefined,
  });
  if (status === 0) {
    console.log(folder);
    return 0;
  }
  const log = join(folder, "electron-builder.log");
  writeFileSync(log, output);
  const why = /⨯ (.*?)(?: +failedTask=.*)?$/m.exec(output)?.[1] ?? `status ${status}`;
  console.error(t("notPackaged", { why, log }));
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
