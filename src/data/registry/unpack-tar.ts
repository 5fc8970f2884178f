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
  let queue: Promise<void> = Promise.resolve();
  let failure: Error | undefined;
  let current: ReadEntry | undefined;
  let all = 0;
  const source = createReadStream(path);
  const fail = (error: Error) => {
    failure ??= error;
    source.destroy();
  };
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      // The parser gives the next entry when the bytes of this one are read, which is before they are written.
      queue = queue
        .then(() => one(entry))
        .catch((error: Error) => {
          fail(error);
          entry.resume();
        });
    },
  });
  const one = async (entry: ReadEntry) => {
    const name = entry.path.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
    all += entry.size;
    current = entry;
    entry.on("error", () => {}); // whoever reads it hears of it
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
    current?.destroy(failure); // its reader would wait for bytes that do not come
  }
  await queue;
  if (failure) {
    if (failure instanceof RefrainError || failure.name === "AbortError") throw failure;
    throw new RefrainError(
      "FILE_DAMAGED",
      `${label} is not an intact tar file: ${failure.message}.`,
      { path },
      { cause: failure },
    );
  }
}
