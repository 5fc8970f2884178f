// What electron-builder is told, and how it is run. It is no dependency of the project: 279 packages for what few people do.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const BUILDER = "26.17.0";

/** What plain Node reads of a package: server, engine, data, packages. */
const OUTSIDE = "app.asar.unpacked";

/** Folder of electron-builder's own packages. */
export const builderFolder = (root) => join(root, ".cache", "electron-builder");

/** Path of electron-builder's command, or null where it was not installed yet. */
export function findBuilder(root) {
  const path = join(builderFolder(root), "node_modules", "electron-builder", "cli.js");
  return existsSync(path) ? path : null;
}

/** Installs electron-builder beside the project. @returns {boolean} whether it is there now */
export function installBuilder(root, npm) {
  const folder = builderFolder(root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"];
  spawnSync(process.execPath, [npm, "install", ...options, `electron-builder@${BUILDER}`], {
    cwd: folder,
    stdio: "inherit",
  });
  return findBuilder(root) !== null;
}

/**
 * @typedef {object} PackageOptions
 * @property {string} node           path of the plain Node that goes along: the engine runs in it and not in Electron
 * @property {string} output         folder of the packages
 * @property {string} [electronDist] folder of an unpacked Electron; by default electron-builder downloads it
 * @property {boolean} [bare]        without the packages of node_modules: a test puts a link in their place
 */

/** Configuration of electron-builder. @param {PackageOptions} options */
export function builderConfig({ node, output, electronDist, bare = false }) {
  return {
    appId: "org.refrain.workbench",
    productName: "Refrain",
    directories: { output },
    files: [
      "package.json",
      "dist/**",
      "!dist/packages/**",
      "datasets/**",
      bare ? "!node_modules/**/*" : "node_modules/**",
    ],
    extraMetadata: { main: "dist/app/desktop/main.cjs" },
    extraResources: [
      { from: node, to: process.platform === "win32" ? "node/node.exe" : "node/node" },
      { from: join(output, "manifest.json"), to: `${OUTSIDE}/package.json` },
      // The compiled kernels are loaded beside their sources only; `files` would leave out every .cc.
      { from: "src/engine/kernels", to: `${OUTSIDE}/src/engine/kernels` },
    ],
    // The shell alone is in the archive, which Electron holds against its hash; plain Node knows no archive.
    asar: true,
    asarUnpack: ["dist/**", "!dist/app/desktop/**", "datasets/**", "node_modules/**"],
    npmRebuild: false,
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    ...(electronDist ? { electronDist } : {}),
    linux: { target: ["AppImage", "deb"], category: "AudioVideo" },
    mac: { target: "dmg", category: "public.app-category.developer-tools" },
    win: { target: "nsis" },
  };
}

/**
 * Runs electron-builder for this system.
 *
 * @param {PackageOptions & { root: string, unpacked?: boolean }} options unpacked: a folder only, no installer
 * @returns {{ status: number | null, output: string }}
 */
export function packageApp({ root, unpacked = false, ...options }) {
  const builder = findBuilder(root);
  if (!builder) throw new Error(`electron-builder is not in ${builderFolder(root)}.`);
  mkdirSync(options.output, { recursive: true });
  // Under another name: a file that is an extra resource is left out of the archive.
  copyFileSync(join(root, "package.json"), join(options.output, "manifest.json"));
  const config = join(options.output, "config.json");
  writeFileSync(config, JSON.stringify(builderConfig(options), null, 2));
  const args = [
    builder,
    "--projectDir",
    root,
    "--config",
    config,
    ...(unpacked ? ["--dir"] : []),
    "--publish",
    "never",
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  return { status, output: `${stdout}\n${stderr}` };
}
