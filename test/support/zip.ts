// Zip files for tests, made byte by byte so that they can also be made wrong.
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipMember {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Size that the directory claims; the true one when left out. */
  readonly claimedSize?: number;
  /** Bit 0 of the flags. */
  readonly encrypted?: boolean;
  /** 8 is deflate, 0 none. Default 8. */
  readonly method?: number;
  /** Unix mode, such as 0o120777 for a link. */
  readonly mode?: number;
  /** CRC-32 that is written; the true one when left out. */
  readonly sum?: number;
}

/** A zip file of these members. @source APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16 */
export function zipOf(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claimedSize, encrypted, method = 8, mode = 0, sum } of members) {
    const plain = Buffer.from(content);
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const bytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800 | (encrypted ? 1 : 0), 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(sum ?? crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimedSize ?? plain.length, 18);
    common.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, bytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(mode * 2 ** 16, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, tail, bytes);
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from("PK\x05\x06", "latin1"), end]);
}
