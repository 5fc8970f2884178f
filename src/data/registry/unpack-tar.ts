import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";
import { validateFileName } from "yauzl";
import { RefrainError } from "../../core/errors.js";
import { shown, type Take, unsafe } from "./archive.js";

const FILES = new Set(["File", "OldFile", "ContiguousFile"]);
const LINKS = new Set(["SymbolicLink", "Link"]);

/**
 * Gives the files of a tar file, plain or gzipped, to `take`, which wants some of them. The library refuses what unpacks to
 * more than a thousandfold.
 *
 * @param limit bytes over all entries, wanted or not
 * @throws {RefrainError} ARCHIVE_UNSAFE for names that lead out, links and more bytes; FILE_DAMAGED
 */
export async function eachTarEntry(path: string, label: string, limit: number, take: Take): Promise<void> {
  const pending: Promise<void>[] = [];
  let failure: Error | undefined;
  let all = 0;
  const source = createReadStream(path);
  const fail = (error: Error) => {
    failure ??= error;
    source.destroy();
  };
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      pending.push(
        one(entry).catch((error: Error) => {
          fail(error);
          entry.resume();
        }),
      );
    },
  });
  const one = async (entry: ReadEntry) => {
    const name = entry.path.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
    all += entry.size;
    if (failure) return void entry.resume();
    if (LINKS.has(entry.type)) throw unsafe(label, `"${shown(name)}" is a link`);
    if (name !== "" && validateFileName(name) !== null) throw unsafe(label, `"${shown(name)}" leads out of it`);
    if (all > limit) throw unsafe(label, `it unpacks to more than ${limit} bytes`);
    if (FILES.has(entry.type)) await take(name, entry.size, () => entry as unknown as AsyncIterable<Buffer>);
    entry.resume();
  };
  try {
    await pipeline(source, async (chunks) => {
      const ended = new Promise<void>((resolve, reject) => parser.on("end", resolve).on("error", reject));
      ended.catch(() => {});
      for await (const chunk of chunks) {
        if (failure) return;
        if (!parser.write(chunk as Buffer))
          await Promise.race([new Promise((done) => parser.once("drain", done)), ended]);
      }
      parser.end();
      await ended;
    });
  } catch (cause) {
    failure ??= cause as Error;
  }
  if (failure) {
    if (failure instanceof RefrainError || failure.name === "AbortError") throw failure;
    throw new RefrainError(
      "FILE_DAMAGED",
      `${label} is not an intact tar file: ${failure.message}.`,
      { path },
      { cause: failure },
    );
  }
  await Promise.all(pending);
}
