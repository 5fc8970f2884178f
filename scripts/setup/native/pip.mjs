import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bytesBelow, readJson, sha256OfFile, sizeOf, writeJson } from "../tools/files.mjs";
import { lastLine, run } from "../tools/run.mjs";
import { platformName } from "./machine.mjs";
import { Unavailable } from "./unavailable.mjs";

/** Measured with this one; others are taken only where an index lacks it. */
const tested = "2.21.0";
/** Any Python may download it: only the C libraries are used. */
const target = ["--python-version", "3.11", "--only-binary=:all:", "--no-deps"];
const quiet = ["--no-input", "--disable-pip-version-check"];
const probeSeconds = 6;

/** Returns the command of a working pip, as an array; throws Unavailable with the remedy when there is none. */
export async function findPip({ t }) {
  const pythons = [process.env.PYTHON, "python3", "python"].filter(Boolean);
  for (const command of [...pythons.map((python) => [python, "-m", "pip"]), ["pip3"], ["pip"]]) {
    const { ok } = await run(command[0], [...command.slice(1), "--version"], { timeoutMs: 20_000 });
    if (ok) return command;
  }
  const remedy =
    process.platform === "darwin"
      ? "brew install python"
      : "sudo apt install python3-pip / sudo dnf install python3-pip";
  throw new Unavailable(t("noPip", remedy));
}

/**
 * Downloads the TensorFlow wheel into `folder` and returns {path, name, sha256}. A wheel that an interrupted run left
 * complete is taken again. The index is asked first: behind a wall pip's own retries take minutes.
 */
export async function downloadWheel(context, pip, folder) {
  const { t, report } = context;
  const record = join(folder, "wheel.json");
  const earlier = readJson(record);
  if (earlier && sizeOf(earlier.path) === earlier.bytes) return earlier;
  rmSync(folder, { recursive: true, force: true });

  report(t("askingPip"));
  const started = Date.now();
  const wanted = await chooseWheel(context, pip);
  // An index that answers at once may be trusted with a slow line; one that half answers may not.
  const patience =
    Date.now() - started < 1000 * probeSeconds
      ? ["--retries", "2", "--timeout", "30"]
      : ["--retries", "0", "--timeout", "15"];

  mkdirSync(join(folder, "tmp"), { recursive: true });
  const download = [
    "download",
    `${wanted.name}==${wanted.version}`,
    "--dest",
    folder,
    ...target,
    ...patience,
    ...quiet,
  ];
  const megabytes = () => Math.round(bytesBelow(folder) / 1e6);
  let total;
  const timer = setInterval(
    () => report(t("downloading", total ? Math.min(megabytes(), total) : megabytes(), total)),
    500,
  );
  const result = await run(pip[0], [...pip.slice(1), ...download, "--no-cache-dir", "--progress-bar", "off"], {
    keep: true,
    env: { TMPDIR: join(folder, "tmp"), PYTHONUNBUFFERED: "1" },
    stallMs: 120_000,
    progress: () => bytesBelow(folder),
    onOutput: (text) => {
      total = Math.round(Number(/\((\d+(?:\.\d+)?) MB\)/.exec(text)?.[1])) || total;
    },
  });
  clearInterval(timer);
  if (!result.ok) throw new Unavailable(result.stopped ? t("pipUnreached") : explainPip(result.output, t));

  rmSync(join(folder, "tmp"), { recursive: true, force: true });
  const name = readdirSync(folder).find((file) => file.endsWith(".whl"));
  const path = join(folder, name);
  const wheel = { path, name, bytes: sizeOf(path), sha256: await sha256OfFile(path), version: wanted.version };
  writeJson(record, wheel);
  return wheel;
}

async function chooseWheel({ t }, pip) {
  // Elsewhere "tensorflow" is the CPU build as well; on Linux x64 it brings CUDA and twice the size.
  const names =
    process.platform === "linux" && process.arch === "x64" ? ["tensorflow-cpu"] : ["tensorflow-cpu", "tensorflow"];
  let refusal;
  for (const name of names) {
    const ask = [
      "index",
      "versions",
      name,
      ...target.slice(0, 3),
      "--retries",
      "0",
      "--timeout",
      String(probeSeconds),
      ...quiet,
    ];
    const result = await run(pip[0], [...pip.slice(1), ...ask], { timeoutMs: 60_000 });
    const version = result.ok ? chooseVersion(result.stdout) : undefined;
    if (version) return { name, version };
    // `pip index` came with pip 21.2; an older pip is asked for the tested version outright.
    if (/unknown command|no such option/i.test(result.output)) return { name, version: tested };
    refusal = result.stopped ? t("pipUnreached") : explainPip(result.output, t);
  }
  throw new Unavailable(refusal);
}

/** Out of what `pip index versions` prints: the tested version, else the newest 2.x from 2.12; undefined if none. */
export function chooseVersion(text) {
  const listed = /Available versions: (.*)/.exec(text)?.[1] ?? "";
  const versions = listed.split(",").map((version) => version.trim());
  if (versions.includes(tested)) return tested;
  const minor = (version) => Number(version.split(".")[1]);
  return versions
    .filter((version) => /^2\.\d+\.\d+$/.test(version) && minor(version) >= 12)
    .sort((a, b) => minor(b) - minor(a) || Number(b.split(".")[2]) - Number(a.split(".")[2]))[0];
}

/** pip calls an index that it did not reach "no matching distribution" as well; only its talkative lines tell. */
export function explainPip(output, t) {
  if (/Could not fetch URL(?!.*\b404\b)|Max retries exceeded|timed out|ProxyError|SSLError/i.test(output)) {
    return t("pipUnreached");
  }
  if (/no matching distribution|could not find a version/i.test(output)) return t("pipNothing", platformName());
  return t("pipFailed", lastLine(output));
}
