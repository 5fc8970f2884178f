import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { RefrainError } from "../core/errors.js";
import { writeFileAtomic } from "../core/files.js";

// Layout: magic (8 bytes), header length (uint32, little endian), header (JSON), float32 data, SHA-256 of all before it.
const MAGIC = Buffer.from("REFRAIN1");

/** A float32 array with its shape. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Such arrays by name. */
export type NamedTensors = ReadonlyMap<string, NamedTensor>;

/** Writes named arrays and some JSON beside them, atomically and with a checksum. */
export function writeTensorFile(path: string, meta: unknown, tensors: NamedTensors): void {
  const list = [...tensors].map(([name, { shape }]) => ({ name, shape }));
  const header = Buffer.from(JSON.stringify({ meta, tensors: list }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const data = [...tensors.values()].map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  const parts = [MAGIC, length, header, ...data];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  writeFileAtomic(path, [...parts, hash.digest()]);
}

/**
 * Reads what `writeTensorFile` wrote.
 *
 * @throws {RefrainError} FILE_NOT_FOUND; CHECKPOINT_DAMAGED when the file is cut short, changed or of another kind
 */
export function readTensorFile<Meta>(path: string): { readonly meta: Meta; readonly tensors: NamedTensors } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new RefrainError(
      "FILE_NOT_FOUND",
      `${path} cannot be read: ${(cause as Error).message}.`,
      { path },
      { cause },
    );
  }
  const damaged = (why: string) => new RefrainError("CHECKPOINT_DAMAGED", `${path} ${why}.`, { path });
  if (bytes.length < MAGIC.length + 4 + 32 || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw damaged("is not a Refrain tensor file, or is cut short");
  const body = bytes.subarray(0, bytes.length - 32);
  if (
    !createHash("sha256")
      .update(body)
      .digest()
      .equals(bytes.subarray(bytes.length - 32))
  )
    throw damaged("does not match its checksum: it is cut short or was changed");
  const headerEnd = MAGIC.length + 4 + bytes.readUInt32LE(MAGIC.length);
  let header: { meta: Meta; tensors: { name: string; shape: number[] }[] };
  try {
    header = JSON.parse(bytes.toString("utf8", MAGIC.length + 4, headerEnd));
    if (!Array.isArray(header.tensors)) throw new TypeError();
  } catch {
    throw damaged("has a header that is none");
  }
  let at = headerEnd;
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const { name, shape } of header.tensors) {
    const size = shape.every((n) => Number.isSafeInteger(n) && n >= 0) ? shape.reduce((a, b) => a * b, 1) : Number.NaN;
    // The checksum may be right and the header still a lie: whoever makes a file makes its checksum.
    if (!(at + size * 4 <= body.length)) throw damaged(`has fewer numbers than its header says for ${name}`);
    const values = new Float32Array(size); // a copy: the data in the file need not be aligned
    new Uint8Array(values.buffer).set(body.subarray(at, at + size * 4));
    tensors.set(name, { shape, values });
    at += size * 4;
  }
  return { meta: header.meta, tensors };
}
