// npm run app: builds what is missing, starts the server, and opens the best window that this machine has.
import { spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildIfNeeded } from "./launch/build.mjs";
import { browserArguments, chooseShell, shellEnvironment } from "./launch/choose.mjs";
import { canFetchElectron, findBrowsers, findElectron, hasDisplay } from "./launch/find.mjs";
import { translator } from "./launch/messages.mjs";

const SHELLS = ["electron", "browser", "none"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const t = translator(process.env);

/** @returns the options, or undefined where they were wrong */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: "boolean", short: "h", default: false },
        shell: { type: "string" },
        runs: { type: "string", default: "runs" },
        port: { type: "string", default: "0" },
        screenshots: { type: "boolean", default: false },
      },
    });
    return values.shell === undefined || SHELLS.includes(values.shell) ? values : undefined;
  } catch {
    return undefined;
  }
}

async function findShell(asked) {
  const display = hasDisplay(process.env, process.platform);
  let electron = findElectron(root, process.env);
  let electronReason = "Electron was not asked for";
  if (!electron && display && (asked === undefined || asked === "electron")) {
    const { can, why } = await canFetchElectron(root, process.env);
    electronReason = `Electron is not here (${why})`;
    if (can) {
      console.log(t("fetching"));
      spawnSync(process.execPath, [join(root, "node_modules", "electron", "install.js")], { stdio: "inherit" });
      electron = findElectron(root, process.env);
      electronReason = "Electron could not be downloaded";
    }
  }
  const browsers = findBrowsers(process.env, process.platform);
  const superuser = process.platform === "linux" && process.getuid?.() === 0;
  return chooseShell({ electron, electronReason, browsers, display, superuser, asked: asked ?? null });
}

/** Starts the server and gives the address that it prints. */
function startServer({ runs, port }) {
  const program = join(root, "dist", "app", "server", "main.js");
  const server = spawn(process.execPath, [program, "--runs", runs, "--port", port], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Ctrl-C reaches the server by itself; this process waits for its end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => server.kill("SIGTERM"));
  server.on("exit", (code) => process.exit(code ?? 1));
  return new Promise((resolve) => {
    createInterface({ input: server.stdout }).once("line", (line) => resolve({ server, ...JSON.parse(line) }));
  });
}

/** Pictures of the screens for the README, by the browser that is here. */
async function screenshots(options) {
  const [browser] = findBrowsers(process.env, process.platform);
  if (!browser) return console.error(t("noScreenshots"));
  const { takeScreenshots } = await import("./launch/screenshots.mjs");
  const { server, url, origin, token } = await startServer(options);
  const folder = join(root, "docs", "screenshots");
  try {
    const bytes = await takeScreenshots({ url, origin, token, browser, folder });
    console.log(t(bytes > 0 ? "screenshots" : "noRun", { folder, kilobytes: Math.round(bytes / 1000) }));
  } finally {
    server.kill("SIGTERM");
  }
}

async function main() {
  const options = readOptions();
  if (!options || options.help) {
    console[options ? "log" : "error"](t(options ? "help" : "wrong"));
    process.exitCode = options ? 0 : 2;
    return;
  }
  const seconds = buildIfNeeded(root, () => console.log(t("building")));
  if (seconds !== null) console.log(t("built", { seconds: seconds.toFixed(1) }));
  if (options.screenshots) return screenshots(options);
  const { shell, path, reason, values } = await findShell(options.shell);
  console.log(t(reason, values));
  if (shell === "electron") {
    // The shell starts a server of its own, with plain Node.
    const main = join(root, "dist", "app", "desktop", "main.cjs");
    const env = shellEnvironment(process.env, process.execPath, options);
    spawn(path, [main], { stdio: "inherit", env }).on("exit", (code) => process.exit(code ?? 1));
    return;
  }
  const { server, url } = await startServer(options);
  if (shell === "none") return console.log(url);
  const profile = join(root, ".cache", "app-window");
  const window = spawn(path, browserArguments(url, profile), { stdio: "ignore" });
  window.on("error", () => console.log(url));
  // Closing the window ends the app. A browser that was running already takes the window over and leaves at once.
  const began = performance.now();
  window.on("exit", () => (performance.now() - began > 3000 ? server.kill("SIGTERM") : console.log(url)));
}

await main();
