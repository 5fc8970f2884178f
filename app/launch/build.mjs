import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, readJson, signatureOf, writeJson } from "../../scripts/setup/tools/files.mjs";

const CONFIGS = ["vite.node.config.ts", "vite.web.config.ts", "vite.desktop.config.ts"];

/** Builds server, page and shell where a source changed since the last time. Returns the seconds, or null. */
export function buildIfNeeded(root, onStart) {
  const stamp = join(root, "dist", "app", "build.json");
  const sources = [
    ...filesBelow(join(root, "app")),
    ...["cli/audit-messages.ts", "data/rule-texts.ts"].map((path) => join(root, "src", path)),
    join(root, "package-lock.json"),
  ];
  const signature = signatureOf(sources);
  if (readJson(stamp)?.signature === signature && existsSync(join(root, "dist", "app", "web", "index.html")))
    return null;
  onStart();
  const began = performance.now();
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  for (const config of CONFIGS) {
    const { status } = spawnSync(process.execPath, [vite, "build", "-c", join("app", config)], {
      cwd: root,
      stdio: "inherit",
      // A test's NODE_ENV would build React for development: three times slower, and twice as large.
      env: { ...process.env, NODE_ENV: "production" },
    });
    if (status !== 0) throw new Error(`app/${config}: the build ended with ${status}.`);
  }
  writeJson(stamp, { signature });
  return (performance.now() - began) / 1000;
}
