// Files of a study in a folder that all workers see, each under the hash of its content.
import { createHash } from "node:crypto";
import { cpSync, createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { RefrainError } from "../../core/errors.js";
import type { RunConfig } from "../config.js";
import { onFiles } from "../source.js";

const MARK = "shared:";

/**
 * The configuration, without addresses, with every file of its log copied into the folder and named by hash: "shared:<sha256>/plays.csv". Names of
 * data sets stay, for workers have or download those.
 *
 * @throws {RefrainError} FILE_NOT_FOUND, FILE_WRITE_FAILED
 */
export async function share(config: RunConfig, shared: string): Promise<RunConfig> {
  return onFiles(config, async (path) => {
    if (!existsSync(path)) throw new RefrainError("FILE_NOT_FOUND", `${path} is not there.`, { path });
    const hash = await hashOf(path);
    const place = join(shared, "objects", hash);
    if (!existsSync(place)) {
      const temporary = `${place}.${process.pid}.tmp`;
      try {
        mkdirSync(temporary, { recursive: true });
        cpSync(path, join(temporary, basename(path)), { recursive: true });
        if (!existsSync(place)) renameSync(temporary, place);
      } catch (cause) {
        if (!existsSync(place))
          throw new RefrainError(
            "FILE_WRITE_FAILED",
            `${path} could not be copied to ${place}: ${(cause as Error).message}.`,
            { path },
            { cause },
          );
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    }
    return `${MARK}${hash}/${basename(path)}`;
  });
}

/**
 * The configuration with paths below this machine's view of the folder. Content that is not what its name says is refused.
 *
 * @throws {RefrainError} FILE_NOT_FOUND where the folder has no such file; FILE_DAMAGED where it has another
 */
export async function fromShared(config: RunConfig, shared: string): Promise<RunConfig> {
  return onFiles(config, async (name) => {
    const [, hash, file] = /^shared:([0-9a-f]{64})\/([^/\\]+)$/.exec(name) ?? [];
    if (!hash || file === "." || file === "..")
      throw new RefrainError("FILE_NOT_FOUND", `${name.slice(0, 200)} is no name of a shared file.`, { name });
    const path = join(shared, "objects", hash, file);
    if (!existsSync(path))
      throw new RefrainError("FILE_NOT_FOUND", `${path} is not there: is ${shared} the folder of the study?`, { path });
    if ((await hashOf(path)) !== hash)
      throw new RefrainError("FILE_DAMAGED", `${path} is not the file that the study was begun with.`, { path });
    return path;
  });
}

/** SHA-256 of a file, or of the names and hashes of all files of a folder. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  if (!statSync(path).isDirectory()) {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest("hex");
  }
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(`${relative(path, file).split(sep).join("/")}\n${await hashOf(file)}\n`);
  return hash.digest("hex");
}
