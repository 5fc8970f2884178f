import { type Entry, openPromise, validateFileName, type ZipFile } from "yauzl";
import { RefrainError } from "../../core/errors.js";
import { unzipped } from "./bytes.js";
import { byNumber, type Candidate, type Contents, MOST_MEMBERS, unwanted } from "./folder.js";
import { MEMORY_LIMITS, type ReadOptions } from "./types.js";

/**
 * The members of a zip file, in the order of their names. Nothing is written: members are read as streams.
 *
 * Names that would lead out of a folder, members under a password and packed in unknown ways are skipped. Sizes that the
 * directory claims are summed up here and kept to while reading, so a bomb stops at `maxBytes`.
 *
 * @throws {RefrainError} FILE_DAMAGED, FILE_TRUNCATED, FILE_TOO_LARGE
 * @source https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function openZip(path: string, options: ReadOptions): Promise<Contents> {
  const maxBytes = options.maxBytes ?? MEMORY_LIMITS.maxBytes;
  let zip: ZipFile | undefined;
  try {
    // Names are decoded by hand: with a bad name the library would refuse the whole file.
    zip = await openPromise(path, { autoClose: false, lazyEntries: true, decodeStrings: false });
    if (zip.entryCount > MOST_MEMBERS)
      throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${MOST_MEMBERS} files.`, { path });
    const found = new Map<string, Candidate>();
    const skipped: { name: string; reason: string }[] = [];
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry);
      if (name.endsWith("/")) continue;
      const reason = refusal(entry, name) ?? (found.has(name) ? "a second file of this name" : undefined);
      if (reason) {
        skipped.push({ name, reason });
        continue;
      }
      bytes += entry.uncompressedSize;
      if (bytes > maxBytes)
        throw new RefrainError("FILE_TOO_LARGE", `${path} unpacks to more than ${maxBytes} bytes.`, { path, maxBytes });
      const of = zip;
      const label = `${path}/${name}`;
      const source = { name: label, open: () => unzipped(label, () => of.openReadStreamPromise(entry)) };
      found.set(name, { name, size: entry.uncompressedSize, source });
    }
    const candidates = byNumber([...found.keys()]).map((name) => found.get(name) as Candidate);
    const of = zip;
    return { container: "zip", candidates, skipped, close: () => of.close() };
  } catch (cause) {
    zip?.close();
    if (cause instanceof RefrainError) throw cause;
    const { message } = cause as Error;
    if (/end of central directory/i.test(message))
      throw new RefrainError("FILE_TRUNCATED", `${path} has no list of its members at its end.`, { path }, { cause });
    throw new RefrainError("FILE_DAMAGED", `${path} is not an intact zip file: ${message}.`, { path }, { cause });
  }
}

/** The name in UTF-8, which most programs write even where they do not say so; else as it is in Windows-1252. */
function nameOf(entry: Entry): string {
  const bytes = entry.fileName as unknown as Buffer;
  const utf8 = bytes.toString("utf8");
  const name = utf8.includes("\ufffd") ? new TextDecoder("windows-1252").decode(bytes) : utf8;
  return name.replaceAll("\\", "/");
}

function refusal(entry: Entry, name: string): string | undefined {
  if (validateFileName(name) !== null || name.includes("\0")) return "its name leads out of the zip file";
  if (entry.isEncrypted()) return "it needs a password";
  if (!entry.canDecodeFileData()) return `packed in a way that is not known (${entry.compressionMethod})`;
  if (entry.uncompressedSize === 0) return "empty";
  return unwanted(name);
}
