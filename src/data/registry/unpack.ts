import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { RefrainError } from "../../core/errors.js";
import { shown, type Take, unsafe } from "./archive.js";
import { checkSpace, type FreeBytes, writeBounded } from "./bounded-file.js";
import type { Dataset } from "./descriptor.js";
import { eachTarEntry } from "./unpack-tar.js";
import { eachZipEntry } from "./unpack-zip.js";

/** Bytes of each member by its name in the data folder. */
export type Unpacked = Readonly<Record<string, number>>;

export interface UnpackOptions {
  readonly signal?: AbortSignal;
  readonly free?: FreeBytes;
  readonly onBytes?: (done: number, total: number) => void;
}

/** First bytes of a packed file. */
const MAGIC = { zip: "504b", tar: "1f8b", gzip: "1f8b" } as const;

/**
 * Unpacks the expected members of the file of a data set into a folder that is there and empty. Their names come from the
 * descriptor, so no name in the file can lead anywhere. Where a person hands over the log itself, it is copied.
 *
 * @param path  the file, in the packing of the descriptor, or its log unpacked
 * @param label name of the file in messages
 * @throws {RefrainError} ARCHIVE_UNSAFE for links, names that lead out, members that come twice, and more bytes than the
 *         descriptor allows; ARCHIVE_INCOMPLETE; FILE_DAMAGED; DISK_FULL; FILE_WRITE_FAILED
 * @throws the signal's reason once it is aborted
 */
export async function unpack(
  dataset: Dataset,
  path: string,
  folder: string,
  label: string,
  { signal, free, onBytes }: UnpackOptions = {},
): Promise<Unpacked> {
  const limit = 2 * dataset.unpackedBytes + 64 * 2 ** 20;
  const sizes = new Map<string, number>();
  let done = 0;
  await checkSpace(folder, dataset.unpackedBytes, free);
  const write = async (to: string, chunks: AsyncIterable<Buffer>) => {
    const before = done;
    const size = await writeBounded(join(folder, to), stoppable(chunks, signal), {
      from: 0,
      limit: limit - before,
      folder,
      free,
      tooLarge: () => unsafe(label, `it unpacks to more than ${limit} bytes`),
      onBytes: (bytes) => onBytes?.(before + bytes, dataset.unpackedBytes),
    });
    done = before + size;
    sizes.set(to, size);
  };
  const take: Take = async (name, size, open_) => {
    const member = dataset.members.find(({ from }) => name === from || name.endsWith(`/${from}`));
    if (!member) return;
    if (sizes.has(member.to)) throw unsafe(label, `"${shown(name)}" is in it twice`);
    if (done + size > limit) throw unsafe(label, `it unpacks to more than ${limit} bytes`);
    await write(member.to, open_());
  };
  const packing =
    dataset.packing !== "file" && (await startsWith(path, MAGIC[dataset.packing])) ? dataset.packing : "file";
  if (packing === "zip") await eachZipEntry(path, label, take);
  else if (packing === "tar") await eachTarEntry(path, label, limit, take);
  else await write(dataset.log, packing === "gzip" ? gunzipped(path, label) : createReadStream(path));
  const whole = packing === "zip" || packing === "tar";
  const missing = dataset.members.filter(
    ({ to, required }) => required && !sizes.has(to) && (whole || to === dataset.log),
  );
  if (missing.length > 0)
    throw new RefrainError(
      "ARCHIVE_INCOMPLETE",
      `${label} should hold ${dataset.members.map(({ from }) => from).join(", ")}; ${missing.map(({ from }) => from).join(", ")} is missing.`,
      { label },
    );
  return Object.fromEntries(sizes);
}

async function* stoppable(chunks: AsyncIterable<Buffer>, signal?: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

async function* gunzipped(path: string, label: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const plain = createGunzip();
  source.on("error", (error) => plain.destroy(error)).pipe(plain);
  try {
    for await (const chunk of plain) yield chunk as Buffer;
  } catch (cause) {
    throw new RefrainError("FILE_DAMAGED", `${label} is not intact: ${(cause as Error).message}.`, { path }, { cause });
  } finally {
    source.destroy();
    plain.destroy();
  }
}

async function startsWith(path: string, hex: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead).toString("hex") === hex;
  } finally {
    await handle.close();
  }
}
