// Which encoding text has that is not UTF-8. Statistics of our own: on one to three titles they are right where
// chardet 2.2.0 guesses among all encodings of the world (DECISIONS.md).

/** Labels for TextDecoder. Windows-1252 is what a browser means by latin1. */
const EAST_ASIAN = ["shift_jis", "euc-jp", "euc-kr", "gb18030", "big5"] as const;
type EastAsian = (typeof EAST_ASIAN)[number];

/** Lead bytes of the characters that each standard sorts first since they are in daily use. */
const DAILY: Readonly<Record<EastAsian, readonly [number, number]>> = {
  shift_jis: [0xb0, 0xcf], // by the rows of EUC-JP, which holds the same characters
  "euc-jp": [0xb0, 0xcf],
  "euc-kr": [0xca, 0xfd],
  gb18030: [0xb0, 0xd7],
  big5: [0xa4, 0xc6],
};

/** Letters that fill a large part of Korean and Chinese titles; read in the wrong encoding, a text has hardly any. */
const COMMON: Readonly<Partial<Record<EastAsian, ReadonlySet<string>>>> = {
  "euc-kr": new Set(
    "이다가나는의을를에사랑그대너내우리지고하한아니어마음날해서말로기시도만인여일오라자밤눈물봄별길꽃비안좋은게",
  ),
  gb18030: new Set(
    "的一是我你他不了人在有爱情心天夜风花月雨海光年生梦想无之来大小中时说最好那们这再见星明白青春歌曲路远",
  ),
  big5: new Set("的一是我你他不了人在有愛情心天夜風花月雨海光年生夢想無之來大小中時說最好那們這再見星明白青春歌曲路遠"),
};

/**
 * The encoding in which bytes that are not UTF-8 read most like titles, "windows-1252" where none reads well.
 *
 * Each East Asian encoding is tried. Every letter counts as much as it is to be expected there: kana in Japanese,
 * Hangul in Korean, Chinese characters of daily use; rare characters count little, impossible ones count against.
 *
 * @param bytes lines with letters beyond ASCII; a few are enough
 * @source The standards sort daily characters first: JIS X 0208, KS X 1001, GB 2312, Big5.
 * @example guessEncoding(Uint8Array.of(0x8f, 0x74, 0x93, 0x44, 0x96, 0x5f)) // "shift_jis"
 * @example guessEncoding(Uint8Array.of(0x42, 0x6a, 0xf6, 0x72, 0x6b)) // "windows-1252"
 */
export function guessEncoding(bytes: Uint8Array): string {
  const scores = EAST_ASIAN.map((encoding) => ({ encoding, score: plausibility(bytes, encoding) }));
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
  // Single accented letters among Latin ones: read in pairs with their neighbours they would be rare characters.
  const japanese = scores[0].score > 0.85;
  return best.score <= 0.5 || (!japanese && accents(bytes) > 0.7) ? "windows-1252" : best.encoding;
}

/** Mean weight of the letters beyond ASCII when read in an encoding, from -1 to about 1. */
function plausibility(bytes: Uint8Array, encoding: EastAsian): number {
  let sum = 0;
  let letters = 0;
  let hangul = 0;
  for (const letter of new TextDecoder(encoding).decode(bytes)) {
    if (letter <= "\x7f") continue;
    letters++;
    if (letter >= "\uac00" && letter <= "\ud7a3") hangul++;
    sum += COMMON[encoding]?.has(letter) ? 1.15 : weight(letter.codePointAt(0) as number, encoding);
  }
  // About every second Chinese letter reads as a Hangul one: eight of them in a row are hardly ever chance.
  const isKorean = encoding === "euc-kr" && hangul >= 8 && hangul >= 0.97 * letters;
  return letters === 0 ? 0 : sum / letters + (isKorean ? 0.25 : 0);
}

function weight(code: number, encoding: EastAsian): number {
  const between = (from: number, to: number) => code >= from && code <= to;
  const isMark = between(0x3000, 0x303f) || between(0x2010, 0x2606) || between(0xff01, 0xff5e) || code === 0xb7;
  if (isMark || code === 0xd7) return 0.9;
  const isJapanese = encoding === "shift_jis" || encoding === "euc-jp";
  const isHan = between(0x4e00, 0x9fff);
  if (isHan && encoding === "euc-kr") return 0.1;
  if (isHan) return dailyOf(encoding).has(code) ? 0.9 + (isJapanese ? 0 : 0.05) : 0.4;
  if (between(0x3041, 0x30fe)) return isJapanese ? 1.15 : encoding === "euc-kr" ? -1 : 0.5;
  if (between(0xff61, 0xff9f)) return encoding === "shift_jis" ? 0.6 : -1;
  return encoding === "euc-kr" && between(0xac00, 0xd7a3) ? 0.9 : -1;
}

const daily = new Map<EastAsian, ReadonlySet<number>>();

function dailyOf(encoding: EastAsian): ReadonlySet<number> {
  let found = daily.get(encoding);
  if (!found) {
    const decoder = new TextDecoder(encoding === "shift_jis" ? "euc-jp" : encoding);
    const codes = new Set<number>();
    const [from, to] = DAILY[encoding];
    for (let lead = from; lead <= to; lead++)
      for (let trail = encoding === "big5" ? 0x40 : 0xa1; trail <= 0xfe; trail++)
        codes.add(decoder.decode(Uint8Array.of(lead, trail)).codePointAt(0) as number);
    daily.set(encoding, codes);
    found = codes;
  }
  return found;
}

/** Share of the high bytes that stand alone, as an accented letter of a Latin word does. */
function accents(bytes: Uint8Array): number {
  let high = 0;
  let single = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] < 0x80) continue;
    high++;
    const isAlone = !(bytes[at - 1] >= 0x80) && !(bytes[at + 1] >= 0x80);
    if (isAlone && (bytes[at] >= 0xc0 || bytes[at] < 0xa0)) single++;
  }
  return high === 0 ? 0 : single / high;
}

const SAMPLE_BYTES = 1 << 16;
/** A stream is looked through no further than this, which bounds the time that a gzip bomb can take. */
const SEARCHED_BYTES = 1 << 28;

/** Lines with letters beyond ASCII from the first 256 MiB of a stream, 64 KiB of them at most. */
export async function sampleOther(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const lines: Buffer[] = [];
  let length = 0;
  let searched = 0;
  let rest: Buffer = Buffer.alloc(0);
  const take = (line: Buffer) => {
    // Long lines (JSON on one line) give the neighbourhood of their letters only.
    let first = 0;
    while (first < line.length && line[first] < 0x80) first++;
    if (first === line.length) return;
    const piece = line.subarray(first, first + 4096);
    lines.push(piece, Buffer.from("\n"));
    length += piece.length + 1;
  };
  for await (const chunk of chunks) {
    searched += chunk.length;
    if (searched > SEARCHED_BYTES) break;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10, from)) {
      take(rest.subarray(from, at));
      from = at + 1;
      if (length >= SAMPLE_BYTES) return Buffer.concat(lines);
    }
    rest = rest.subarray(from);
    if (rest.length > SAMPLE_BYTES) {
      take(rest);
      rest = Buffer.alloc(0);
    }
  }
  take(rest);
  return Buffer.concat(lines);
}
