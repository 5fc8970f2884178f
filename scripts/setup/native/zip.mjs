import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;

/**
 * Reads the table of contents of a ZIP file (PKWARE APPNOTE 6.3, sections 4.3.7 to 4.3.16; no ZIP64, no encryption).
 * Returns a Map from name to {path, name, method, crc, packedBytes, bytes, offset}. Throws when it is not such a file.
 */
export async function readZip(path) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--;
    if (end < 0) throw new Error("not a complete ZIP file");
    const table = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    return readTable(path, table, tail.readUInt16LE(end + 10));
  } finally {
    await file.close();
  }
}

function readTable(path, table, count) {
  const entries = new Map();
  for (let at = 0, i = 0; i < count; i++) {
    if (table.readUInt32LE(at) !== entrySignature) throw new Error("broken ZIP table of contents");
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => table.readUInt16LE(at + offset));
    const [crc, packedBytes, bytes] = [16, 20, 24].map((offset) => table.readUInt32LE(at + offset));
    const name = table.toString("utf8", at + 46, at + 46 + nameBytes);
    const offset = table.readUInt32LE(at + 42);
    if ([packedBytes, bytes, offset].includes(0xffffffff)) throw new Error("ZIP64 is not read here");
    entries.set(name, { path, name, method: table.readUInt16LE(at + 10), crc, packedBytes, bytes, offset });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

/** Unpacks one entry to a file and checks its length and CRC; `onBytes(n)` is told of every piece. */
export async function unpackTo(entry, target, onBytes = () => {}) {
  mkdirSync(dirname(target), { recursive: true });
  await pipeline(await unpackedStream(entry), checking(entry, onBytes), createWriteStream(target));
}

/** Unpacks one small entry to text. */
export async function unpackText(entry) {
  const pieces = [];
  await pipeline(
    await unpackedStream(entry),
    checking(entry, () => {}),
    async (source) => {
      for await (const piece of source) pieces.push(piece);
    },
  );
  return Buffer.concat(pieces).toString("utf8");
}

async function unpackedStream(entry) {
  const file = await open(entry.path);
  const header = await readAt(file, entry.offset, 30).finally(() => file.close());
  // The local header's extra field may be longer than the one in the table of contents.
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (entry.packedBytes === 0) return [];
  const packed = createReadStream(entry.path, { start, end: start + entry.packedBytes - 1, highWaterMark: 1 << 20 });
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw new Error(`ZIP method ${entry.method} is not read here`);
  const inflate = createInflateRaw({ chunkSize: 1 << 20 });
  packed.on("error", (error) => inflate.destroy(error));
  return packed.pipe(inflate);
}

function checking(entry, onBytes) {
  return async function* (source) {
    let [bytes, crc] = [0, 0];
    for await (const piece of source) {
      bytes += piece.length;
      crc = crc32(piece, crc);
      onBytes(piece.length);
      yield piece;
    }
    if (bytes !== entry.bytes || crc !== entry.crc) throw new Error(`${entry.name} arrived damaged`);
  };
}

async function readAt(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
