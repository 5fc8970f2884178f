import { lookup } from "node:dns/promises";
import { existsSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { runNode } from "../tools/run.mjs";

/** The path of npm's own script, to be run by this Node: no shell, no npm.cmd. Undefined when there is none. */
export function findNpm(env) {
  const here = dirname(realpathSync(process.execPath));
  const script = join("node_modules", "npm", "bin", "npm-cli.js");
  const onPath = (env.PATH ?? env.Path ?? "").split(delimiter).filter(Boolean);
  const candidates = [
    env.npm_execpath,
    join(dirname(here), "lib", script),
    join(here, script),
    ...onPath.flatMap((folder) => [realOf(join(folder, "npm")), join(folder, script)]),
  ];
  // npm_execpath may be yarn or pnpm, which do not read package-lock.json.
  return candidates.find((path) => path && basename(path) === "npm-cli.js" && existsSync(path));
}

function realOf(path) {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/**
 * True when the registry's name cannot be resolved and no proxy would do that instead. npm then asks for every package
 * and retries each, which takes minutes to say the same.
 */
export async function registryIsNowhere(npm, cwd) {
  const { stdout } = await runNode([npm, "config", "get", "registry", "https-proxy", "proxy"], {
    cwd,
    timeoutMs: 20_000,
  });
  const value = (key) => new RegExp(`^${key} ?= ?(.*)$`, "m").exec(stdout)?.[1];
  if (["https-proxy", "proxy"].some((key) => ![undefined, "null", ""].includes(value(key)))) return false;
  try {
    await lookup(new URL(value("registry")).hostname);
    return false;
  } catch (error) {
    return ["ENOTFOUND", "EAI_AGAIN"].includes(error.code);
  }
}

const causes = [
  ["installDisk", /ENOSPC|no space left/i],
  ["installPermission", /EACCES|EPERM|EROFS|operation not permitted/i],
  ["installLockfile", /EUSAGE|can only install packages when your package\.json and package-lock\.json/i],
  ["installIntegrity", /EINTEGRITY|TAR_BAD_ARCHIVE|Z_DATA_ERROR/i],
  ["installCertificate", /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_|unable to (get|verify) .*certificate/i],
  ["installProxy", /proxy|tunneling socket|ERR_SOCKS|\b407\b/i],
  [
    "installOffline",
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT/,
  ],
  ["installRegistry", /E40[134]|E5\d\d|ETARGET/],
];

/** Names the message (a key of reasons.mjs) for what npm printed when it failed. */
export function explainInstallFailure(output) {
  // npm's advice for a lost network always mentions proxies; that is not a finding.
  const findings = output.replace(/.*(behind a proxy|proxy.*config|npm help config).*/gi, "");
  return causes.find(([, pattern]) => pattern.test(findings))?.[0] ?? "installUnknown";
}
