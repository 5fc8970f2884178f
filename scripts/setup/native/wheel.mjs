import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { megabytesFree } from "../tools/files.mjs";
import { run } from "../tools/run.mjs";
import { checkAddon } from "./addon.mjs";
import { compileAddon, findCompiler, findHeaders } from "./compile.mjs";
import { platformName, usesMusl } from "./machine.mjs";
import { downloadWheel, findPip } from "./pip.mjs";
import { tfjsNodeFacts, tfjsNodeOf, workOf } from "./places.mjs";
import { Unavailable } from "./unavailable.mjs";
import { readZip, unpackText, unpackTo } from "./zip.mjs";

/** Wheel and unpacked libraries stand side by side for a moment. */
const megabytesNeeded = 1400;
const libraryPattern = /^tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$/;

/**
 * TensorFlow's libraries and C headers out of its Python wheel, and tfjs-node's addon compiled against them. What it
 * needs is looked for before the download of more than 200 MB. Everything is made in a folder of its own and moved to
 * its place at the end. Returns {tensorflow, wheel}; throws Unavailable, leaving nothing behind.
 */
export async function installFromWheel(context) {
  const { root, t, report } = context;
  const work = workOf(root);
  if (!["linux", "darwin"].includes(process.platform) || usesMusl())
    throw new Unavailable(t("noWheel", platformName()));
  mkdirSync(work, { recursive: true });
  const free = megabytesFree(work);
  if (free < megabytesNeeded) throw new Unavailable(t("noRoom", free, megabytesNeeded));
  const compiler = await findCompiler(context);
  const pip = await findPip(context);
  const headers = await findHeaders(context, join(work, "headers"));
  const wheel = await downloadWheel(context, pip, join(work, "wheel"));

  const unpacked = join(work, "deps");
  rmSync(unpacked, { recursive: true, force: true });
  const libraries = await unpack(context, wheel, unpacked);
  report(t("compiling"));
  const addon = join(work, "tfjs_binding.node");
  await compileAddon(context, { compiler, headers, include: join(unpacked, "include"), libraries, target: addon });
  rmSync(join(unpacked, "include"), { recursive: true });
  await dropSymbols(libraries);

  report(t("checking"));
  const folder = tfjsNodeOf(root);
  const place = join(folder, "lib", `napi-v${tfjsNodeFacts(root).napi}`);
  for (const part of ["deps", "lib", "build"]) rmSync(join(folder, part), { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  renameSync(unpacked, join(folder, "deps"));
  renameSync(addon, join(place, basename(addon)));
  try {
    return { tensorflow: await checkAddon(context, "wheel"), wheel };
  } catch (error) {
    for (const part of ["deps", "lib"]) rmSync(join(folder, part), { recursive: true, force: true });
    throw error;
  }
}

async function unpack({ root, t, report }, wheel, folder) {
  try {
    const entries = await readZip(wheel.path);
    const libraries = [...entries.values()].filter(({ name }) => libraryPattern.test(name));
    if (libraries.length !== 2) throw new Error("it does not hold TensorFlow's C libraries");
    await unpackHeaders(entries, includesOf(readBinding(root)), join(folder, "include"));
    const total = libraries.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    for (const entry of libraries) {
      await unpackTo(entry, join(folder, "lib", basename(entry.name)), (bytes) => {
        done += bytes;
        report(t("unpacking", Math.floor((100 * done) / total)));
      });
    }
    return libraries.map(({ name }) => join(folder, "lib", basename(name)));
  } catch (error) {
    rmSync(dirname(wheel.path), { recursive: true, force: true });
    throw new Unavailable(t("wheelStrange", error.message));
  }
}

/** Unpacks the headers that `wanted` names and all that these include: a dozen out of seventeen thousand. */
async function unpackHeaders(entries, wanted, folder) {
  const seen = new Set();
  const queue = [...wanted];
  while (queue.length) {
    const name = queue.pop();
    // System headers are not in the wheel; xla and tsl moved in and out of "external" between versions.
    const entry = entries.get(`tensorflow/include/${name}`) ?? findExternal(entries, name);
    if (seen.has(name) || !entry) continue;
    seen.add(name);
    await unpackTo(entry, join(folder, name));
    queue.push(...includesOf(await unpackText(entry)));
  }
}

function findExternal(entries, name) {
  if (!/^(xla|tsl)\//.test(name)) return undefined;
  const path = [...entries.keys()].find(
    (key) => key.startsWith("tensorflow/include/external/") && key.endsWith(`/${name}`),
  );
  return entries.get(path);
}

/** The names that C++ text includes. */
export function includesOf(text) {
  return [...text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)].map((match) => match[1]);
}

function readBinding(root) {
  const folder = join(tfjsNodeOf(root), "binding");
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

/** 200 MB of names for debuggers. On macOS this would break the signature. */
async function dropSymbols(libraries) {
  if (process.platform !== "linux") return;
  for (const library of libraries)
    await run("strip", ["--strip-unneeded", library], { keep: true, timeoutMs: 120_000 });
}
