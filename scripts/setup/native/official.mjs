import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { delimiter, dirname, join } from "node:path";
import { bytesBelow } from "../tools/files.mjs";
import { errorIn, runNode } from "../tools/run.mjs";
import { checkAddon } from "./addon.mjs";
import { headersBesideNode } from "./compile.mjs";
import { tfjsNodeOf } from "./places.mjs";
import { Unavailable } from "./unavailable.mjs";

const probeMs = 4_000;

/**
 * tfjs-node's own installer: TensorFlow's libraries and a finished addon from Google's storage. Its host is asked first,
 * because the installer itself waits for minutes where that host is walled off.
 */
export async function installOfficial(context) {
  const { root, t, report } = context;
  report(t("askingHost"));
  const host = new URL(
    process.env.TFJS_NODE_CDN_STORAGE || process.env.CDN_STORAGE || "https://storage.googleapis.com/",
  );
  const problem = await probe(host, process.env.HTTPS_PROXY || process.env.https_proxy);
  if (problem) throw new Unavailable(t("hostUnreached", host.hostname, problem));

  const folder = tfjsNodeOf(root);
  const description = join(folder, "package.json");
  const original = `${description}.before`;
  // The installer rewrites its own package.json and puts it back only if it gets to its end; an earlier one may not have.
  if (existsSync(original)) renameSync(original, description);
  copyFileSync(description, original);
  // It takes libraries that it finds for complete.
  removeParts(folder, ["deps", "lib"]);
  const headers = headersBesideNode();
  const bytes = () => bytesBelow(join(folder, "deps")) + bytesBelow(join(folder, "lib"));
  const timer = setInterval(() => report(`${t("trying", "official")} ${Math.round(bytes() / 1e6)} MB`), 1000);
  const result = await runNode([join(folder, "scripts", "install.js")], {
    cwd: folder,
    keep: true,
    env: {
      PATH: [join(root, "node_modules", ".bin"), dirname(process.execPath), process.env.PATH].join(delimiter),
      // Where no finished addon is served it is compiled, and node-gyp would download what lies beside Node.
      ...(headers && { npm_config_nodedir: dirname(dirname(headers)) }),
    },
    stallMs: 180_000,
    timeoutMs: 1_200_000,
    progress: bytes,
  });
  clearInterval(timer);
  renameSync(original, description);
  try {
    if (!result.ok) throw new Unavailable(t("officialFailed", result.stopped ?? errorIn(result.output)));
    report(t("checking"));
    const tensorflow = await checkAddon(context, "official");
    removeParts(folder, ["deps/include"]);
    return { tensorflow };
  } catch (error) {
    removeParts(folder, ["deps", "lib"]);
    throw error;
  }
}

/** Removes these and whatever node-pre-gyp built in. */
function removeParts(folder, names) {
  const builds = readdirSync(folder).filter((name) => name.startsWith("build"));
  for (const name of [...names, ...builds]) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Asks a host for anything within 4 s, through the proxy if there is one. Returns what went wrong, or undefined. */
function probe(host, proxy) {
  return new Promise((resolve) => {
    const via = proxy ? new URL(proxy) : undefined;
    const port = host.port || (host.protocol === "http:" ? 80 : 443);
    const send = (via ?? host).protocol === "http:" ? requestHttp : requestHttps;
    const request = via
      ? send(via, { method: "CONNECT", path: `${host.hostname}:${port}`, timeout: probeMs })
      : send(host, { method: "HEAD", timeout: probeMs });
    const end = (problem) => {
      clearTimeout(timer);
      request.destroy();
      resolve(problem);
    };
    const timer = setTimeout(end, probeMs, `no answer in ${probeMs / 1000} s`);
    request.on("response", (response) => end(via ? `proxy: ${response.statusCode}` : undefined));
    request.on("connect", (response) => end(response.statusCode === 200 ? undefined : `proxy: ${response.statusCode}`));
    request.on("error", (error) => end(error.code ?? error.message));
    request.end();
  });
}
