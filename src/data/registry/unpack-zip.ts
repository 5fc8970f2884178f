import { crc32 } from "node:zlib";
import { type Entry, openPromise, validateFileName, type ZipFile } from "yauzl";
import { RefrainError } from "../../core/errors.js";
import { shown, type Take, unsafe } from "./archive.js";

const MOST_ENTRIES = 100_000;
const LINK = 0o120000;

/**
 * Gives the entries of a zip file to `take`, which wants some of them.
 *
 * @throws {RefrainError} ARCHIVE_UNSAFE for names that lead out and for links; FILE_DAMAGED for bytes or sums that are wrong
 */
export async function eachZipEntry(path: string, label: string, take: Take): Promise<void> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { autoClose: false, lazyEntries: true, decodeStrings: false });
    if (zip.entryCount > MOST_ENTRIES) throw unsafe(label, `it holds more than ${MOST_ENTRIES} entries`);
    for await (const entry of zip.eachEntry()) {
      const name = (entry.fileName as unknown as Buffer).toString("utf8").replaceAll("\\", "/");
      if (validateFileName(name) !== null || name.includes("\0"))
        throw unsafe(label, `"${shown(name)}" leads out of it`);
      if (((entry.externalFileAttributes >>> 16) & 0o170000) === LINK)
        throw unsafe(label, `"${shown(name)}" is a link`);
      if (name.endsWith("/")) continue;
      const from = zip;
      await take(name, entry.uncompressedSize, () => checked(from, entry, label, name));
    }
  } catch (cause) {
    if (cause instanceof RefrainError || (cause as Error).name === "AbortError") throw cause;
    const { message } = cause as Error;
    throw new RefrainError("FILE_DAMAGED", `${label} is not an intact zip file: ${message}.`, { path }, { cause });
  } finally {
    zip?.close();
  }
}

/** The bytes of an entry; the library compares their number with the directory, this their checksum. */
async function* checked(zip: ZipFile, entry: Entry, label: string, name: string): AsyncGenerator<Buffer> {
  if (!entry.canDecodeFileData() || entry.isEncrypted())
    throw new RefrainError(
      "FILE_DAMAGED",
      `${label}: "${shown(name)}" is under a password or packed in an unknown way.`,
    );
  const stream = await zip.openReadStreamPromise(entry);
  let sum = 0;
  try {
    for await (const chunk of stream) {
      sum = crc32(chunk as Buffer, sum);
      yield chunk as Buffer;
    }
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32)
    throw new RefrainError("FILE_DAMAGED", `${label}: the checksum of "${shown(name)}" is not that of its bytes.`);
}
