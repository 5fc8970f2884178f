// Tar files for tests, made header by header so that they can also be made wrong.
import { gzipSync } from "node:zlib";
import { Header, type HeaderData } from "tar";

export interface TarMember extends HeaderData {
  readonly path: string;
  readonly content?: string;
}

/** A gzipped tar file of these members; `size` may claim other bytes than there are. */
export function tarOf(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap(({ content = "", ...header }) => {
    const plain = Buffer.from(content);
    const block = Buffer.alloc(512);
    new Header({ mode: 0o644, type: "File", size: plain.length, ...header }).encode(block);
    return [block, plain, Buffer.alloc((512 - (plain.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
