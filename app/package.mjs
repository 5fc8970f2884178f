// npm run package: an installer of the desktop app for this system, in dist/packages. --dir gives a folder only.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNpm } from "../scripts/setup/steps/npm.mjs";
import { buildIfNeeded } from "./launch/build.mjs";
import { translator } from "./launch/messages.mjs";
import { findBuilder, installBuilder, packageApp } from "./launch/package.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const t = translator(process.env);

function main(args) {
  if (args.some((each) => each !== "--dir")) {
    const asked = args.includes("--help") || args.includes("-h");
    console[asked ? "log" : "error"](t("packageHelp"));
    return asked ? 0 : 2;
  }
  buildIfNeeded(root, () => console.log(t("building")));
  const npm = findNpm(process.env);
  if (!findBuilder(root) && !(npm && installBuilder(root, npm))) {
    console.error(t("noBuilder"));
    return 1;
  }
  const folder = join(root, "dist", "packages");
  const { status, output } = packageApp({
    root,
    node: process.execPath,
    output: folder,
    unpacked: args.includes("--dir"),
    electronDist: process.env.ELECTRON_OVERRIDE_DIST_PATH,
  });
  console[status === 0 ? "log" : "error"](status === 0 ? folder : output.trim());
  return status === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
