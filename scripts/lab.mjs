// `npm run lab`: JupyterLab on the notebooks, with the TypeScript kernel; options go to JupyterLab, such as --no-browser.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { labMessages } from "./lab/messages.mjs";
import { ensureLab, labEnvironment, labPlaces } from "./lab/setup.mjs";
import { main as setUp } from "./setup/main.mjs";
import { Stop } from "./setup/tools/stop.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const t = labMessages(process.env);
/** In a container there is often nobody but root; the server listens on this computer only, behind a token. */
const asRoot = process.getuid?.() === 0 ? ["--ServerApp.allow_root=True"] : [];
try {
  if ((await setUp([])) !== 0) throw new Stop("");
  ensureLab(root, { t });
  console.log(t("open"));
  const lab = spawn(
    labPlaces(root).jupyter,
    [
      "lab",
      `--ServerApp.root_dir=${join(root, "notebooks")}`,
      "--ServerApp.ip=127.0.0.1",
      ...asRoot,
      ...process.argv.slice(2),
    ],
    { cwd: join(root, "notebooks"), env: labEnvironment(root, process.env), stdio: "inherit" },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => lab.kill(signal));
  lab.on("exit", (code, signal) => {
    process.exitCode = signal ? 130 : (code ?? 1);
  });
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  if (error.message) console.error(error.message);
  process.exitCode = 1;
}
