import type { UserState } from "../model/index.js";

interface Header {
  readonly user: number;
  readonly plays: number;
  /** null is NaN, which JSON has no word for. */
  readonly time: number | null;
  /** Lengths of h and c of each layer. */
  readonly layers: readonly (readonly [number, number])[];
  readonly top: number;
  readonly recent: number;
  readonly counts: number;
  readonly ages: number;
  readonly keys: number;
}

/** A state as bytes: length of the header, header as JSON, then numbers of four bytes each, little endian. */
export function stateToBytes({ user, plays, time, layers, top, recent, counts, ages, keys }: UserState): Uint8Array {
  const header: Header = {
    user,
    plays,
    time: Number.isNaN(time) ? null : time,
    layers: layers.map(({ h, c }) => [h.length, c.length]),
    top: top.length,
    recent: recent.length,
    counts: counts.length,
    ages: ages.length,
    keys: keys.length,
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const arrays = [...layers.flatMap(({ h, c }) => [h, c]), top, recent, counts, ages, keys];
  return Buffer.concat([length, text, ...arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))]);
}

/** The state that `stateToBytes` wrote; undefined where the bytes are none. */
export function stateFromBytes(bytes: Uint8Array): UserState | undefined {
  try {
    const all = Buffer.from(bytes);
    const end = 4 + all.readUInt32LE(0);
    const header = JSON.parse(all.toString("utf8", 4, end)) as Header;
    let at = end;
    const next = (count: number): ArrayBuffer => {
      const part = all.subarray(at, at + 4 * count);
      at += 4 * count;
      if (part.length !== 4 * count) throw new RangeError("too short");
      return new Uint8Array(part).buffer as ArrayBuffer;
    };
    const floats = (count: number) => new Float32Array(next(count));
    const layers = header.layers.map(([h, c]) => ({ h: floats(h), c: floats(c) }));
    const top = floats(header.top);
    const [recent, counts, ages] = [header.recent, header.counts, header.ages].map((n) => new Int32Array(next(n)));
    const keys = floats(header.keys);
    const { user, plays, time } = header;
    return { user, plays, time: time ?? Number.NaN, layers, top, recent, counts, ages, keys };
  } catch {
    return undefined; // it only saves work: the state is made from the plays then
  }
}
