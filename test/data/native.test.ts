// The compiled loop that reads plain lines against its twin in TypeScript: the same pieces, whatever the bytes.
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NotScannable, SLACK } from "../../src/data/arrays/blocks.js";
import { nativeScanner, type ScanLines } from "../../src/data/arrays/native.js";
import type { LineFormat } from "../../src/data/arrays/piece.js";
import { Scanner } from "../../src/data/arrays/scanner.js";

const scanLines = nativeScanner()?.scanLines ?? null;
const SEPARATORS = [",", "\t", ";", "|"] as const;

const FORMATS: readonly Omit<LineFormat, "separator" | "unit">[] = [
  { width: 7, user: 0, time: 1, artist: 3, item: 4, title: 5, duration: 6, rating: -1 },
  { width: 4, user: 3, time: 0, artist: 1, item: -1, title: 2, duration: -1, rating: -1 },
  { width: 4, user: 0, time: 3, artist: -1, item: 1, title: -1, duration: -1, rating: 2 },
  { width: 3, user: 1, time: 0, artist: -1, item: -1, title: 2, duration: -1, rating: -1 },
];

const field = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[a-c]{0,3}$/) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-cA-C .,'_~-]{0,12}$/) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("夜に駆ける", "Ｗｉｄｅ", "e\u0301", "é", "ｱ", "\u00a0x", "名 前", "\ufeffb", "𝄞"),
  },
  { weight: 2, arbitrary: fc.constantFrom('"a, b"', '"a ""b"" c"', '""', '"', '"a', 'a"b', '" a"', '"x";', '"a"b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\x00", "\x1f", "a\x1fb", "\x01", "\x7f", " ", "  ", " a", "a ", "a  b", "\r", "\v"),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9-]{30,40}$/) },
);
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000 }).map((at) => new Date(at * 1000).toISOString().replace(".000", "")),
  fc.stringMatching(
    /^(0|1|2)[0-9]{3}-(0[0-9]|1[0-3])-([0-2][0-9]|3[0-2])[Tt x](1[0-9]|2[0-5]):[0-6][0-9]:(5|6)[01]Z?$/,
  ),
  fc.constantFrom(
    "2024-02-29 23:59:60",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2000-02-29T24:00:00",
    "0999-01-01T00:00:00",
  ),
  fc.stringMatching(/^[0-9]{0,17}$/),
  fc.stringMatching(/^[0-9.+e -]{0,9}$/),
);
const line = fc.tuple(
  fc.array(fc.oneof(field, time), { minLength: 1, maxLength: 8 }),
  fc.constantFrom("\n", "\n", "\r\n", "\n\n"),
);
const block = (separator: string, width: number, at: number) =>
  fc
    .array(
      fc.oneof(
        { weight: 1, arbitrary: line },
        // Mostly of the right width, with a time in its place.
        {
          weight: 6,
          arbitrary: fc.tuple(
            fc
              .tuple(fc.array(field, { minLength: width, maxLength: width }), time)
              .map(([fields, when]) => fields.map((text, column) => (column === at ? when : text))),
            fc.constant("\n"),
          ),
        },
      ),
      { maxLength: 25 },
    )
    .map((lines) => lines.map(([fields, end]) => fields.join(separator) + end).join(""));
const file = fc
  .tuple(
    fc.constantFrom(...FORMATS),
    fc.constantFrom(...SEPARATORS),
    fc.constantFrom("text", "seconds", "milliseconds", "nanoseconds", "day-first"),
  )
  .chain(([columns, separator, unit]) =>
    fc.record({
      format: fc.constant({ ...columns, separator, unit } as LineFormat),
      blocks: fc.array(block(separator, columns.width, columns.time), { minLength: 1, maxLength: 3 }),
    }),
  );

/** The pieces of all blocks with texts in place of numbers, which may be given in another order. */
function piecesOf(format: LineFormat, blocks: readonly string[], loop: ScanLines | null): unknown {
  const scanner = new Scanner(format, loop);
  try {
    return blocks.map((text, at) => {
      const bytes = Buffer.from(text);
      const room = Buffer.alloc(bytes.length + SLACK, ",\n");
      bytes.copy(room);
      const { titles, ...piece } = scanner.scan(room.subarray(0, bytes.length), at === 0);
      const titleOf = new Map<string, string>();
      titles?.items.forEach((item, n) => {
        const title = Buffer.from(titles.bytes.subarray(titles.starts[n], titles.starts[n + 1])).toString();
        titleOf.set(scanner.items.names.text(item), `${titles.lines[n]} ${title}`);
      });
      const rows = Array.from(piece.kinds, (kind) => kind <= 1);
      const named = (codes: Int32Array, table: Scanner["users"]) =>
        Array.from(codes, (code, n) => (rows[n] ? table.names.text(code) : ""));
      const numbers = (values?: Float64Array) => values && Array.from(values, (value, n) => (rows[n] ? value : 0));
      return {
        ...piece,
        users: named(piece.users, scanner.users),
        items: named(piece.items, scanner.items),
        times: numbers(piece.times),
        durations: numbers(piece.durations),
        ratings: numbers(piece.ratings),
        titles: titles && [...titleOf].sort(),
      };
    });
  } catch (cause) {
    if (cause instanceof NotScannable) return "not scannable";
    throw cause;
  }
}

describe.skipIf(!scanLines)("the compiled loop (needs a C++ compiler)", () => {
  test("makes the pieces that its twin makes, of any lines", () => {
    let rows = 0;
    fc.assert(
      fc.property(file, ({ format, blocks }) => {
        const whole = blocks.map((text) => (text === "" ? "\n" : text)).filter((text) => isUtf8(Buffer.from(text)));
        const twin = piecesOf(format, whole, null);
        expect(piecesOf(format, whole, scanLines)).toEqual(twin);
        if (Array.isArray(twin)) for (const { kinds } of twin) rows += kinds.filter((kind: number) => kind <= 1).length;
      }),
      { numRuns: 500, seed: 11 },
    );
    expect(rows).toBeGreaterThan(1500);
  });

  test("grows tables and columns, and reads nearly all lines itself", () => {
    const format: LineFormat = { ...FORMATS[0], separator: ",", unit: "text" };
    const written = Array.from({ length: 40_000 }, (_, at) => {
      const song = (at * 7919) % 9001;
      const title = song % 10 === 0 ? `"Ｎｏ ""${song}"""` : `title ${song}`;
      return `user${at % 3001},2024-01-${10 + (at % 20)}T00:00:0${at % 10}Z,x,artist ${song % 77},id-of-song-${song},${title},${at}\n`;
    }).join("");
    let calls = 0;
    const counted: ScanLines = (arrays) => {
      calls++;
      scanLines?.(arrays);
    };
    expect(piecesOf(format, [written, written], counted)).toEqual(piecesOf(format, [written, written], null));
    expect(calls).toBeLessThan(40);
  });
});
