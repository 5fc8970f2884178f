// Gets Jupyter and the TypeScript kernel, inside this folder only: .cache/lab/python and tools/jupyter/node_modules.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findNpm } from "../setup/steps/npm.mjs";
import { Stop } from "../setup/tools/stop.mjs";

const windows = process.platform === "win32";
const OLDEST = [3, 10]; // what the pinned JupyterLab asks for

/** Where everything of the lab stands. */
export function labPlaces(root) {
  const lab = join(root, ".cache", "lab");
  const bin = join(lab, "python", windows ? "Scripts" : "bin");
  return {
    lab,
    python: join(bin, windows ? "python.exe" : "python"),
    jupyter: join(bin, windows ? "jupyter.exe" : "jupyter"),
    tools: join(root, "tools", "jupyter"),
  };
}

/** Environment in which Jupyter finds the kernel and leaves the home folder alone. */
export function labEnvironment(root, env) {
  const { lab, tools } = labPlaces(root);
  const own = (name) => join(lab, "jupyter", name);
  return {
    ...env,
    JUPYTER_PATH: tools,
    JUPYTER_CONFIG_DIR: own("config"),
    JUPYTER_DATA_DIR: own("data"),
    JUPYTER_RUNTIME_DIR: own("runtime"),
    JUPYTERLAB_SETTINGS_DIR: own("settings"),
    JUPYTERLAB_WORKSPACES_DIR: own("workspaces"),
    IPYTHONDIR: own("ipython"),
  };
}

/** JupyterLab asks once whether to fetch news from its makers; here nothing is fetched, so it does not ask. */
const SETTINGS = { "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false } };

/** Installs what is missing. Throws Stop with the remedy where it cannot. */
export function ensureLab(root, { t, env = process.env, say = console.log }) {
  const places = labPlaces(root);
  mkdirSync(join(places.lab, "jupyter"), { recursive: true });
  // Jupyter brings scripts of the old kind of modules; this project's package.json would have Node read them as the new one.
  writeFileSync(join(places.lab, "package.json"), '{ "type": "commonjs" }\n');
  if (!existsSync(join(places.tools, "node_modules", "tslab"))) {
    say(t("kernel"));
    const npm = findNpm(env);
    if (!npm || !run(process.execPath, [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], places.tools, env))
      throw new Stop(t("noKernel"));
  }
  const wanted = readFileSync(join(places.tools, "requirements.txt"), "utf8");
  const stamp = join(places.lab, "requirements.txt");
  if (existsSync(places.python) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const python = findPython(env);
  if (!python) throw new Stop(t("noPython"));
  say(t("python"));
  rmSync(stamp, { force: true });
  if (
    !existsSync(places.python) &&
    !run(python[0], [...python.slice(1), "-m", "venv", join(places.lab, "python")], root, env)
  )
    throw new Stop(t("noVenv"));
  // pip asks an index that is out of reach five times for each package, which takes minutes to say the same, and warns of
  // each time; "-qq" leaves the errors.
  const pip = ["-m", "pip", "install", "-qq", "--retries", "1", "-r", join(places.tools, "requirements.txt")];
  if (!run(places.python, pip, root, env)) throw new Stop(t("noPip"));
  const settings = join(places.lab, "python", "share", "jupyter", "lab", "settings");
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, "overrides.json"), JSON.stringify(SETTINGS));
  writeFileSync(stamp, wanted);
}

/** The command of a Python that is new enough. */
export function findPython(env) {
  const candidates = env.PYTHON ? [[env.PYTHON]] : [["python3"], ["python"], ["py", "-3"]];
  const program = `import sys; sys.exit(sys.version_info < (${OLDEST}))`;
  return candidates.find(([command, ...args]) => spawnSync(command, [...args, "-c", program], { env }).status === 0);
}

function run(command, args, cwd, env) {
  return spawnSync(command, args, { cwd, env, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}
