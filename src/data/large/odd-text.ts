/** Characters as ranges of code points, from first to last. */
type Ranges = readonly (readonly [first: number, last: number])[];

let known: Ranges | undefined;

/**
 * Every character that a text may hold and not be in `oneForm`: a text without any of them, and without a space at an end or
 * two together, is its own one form. Taken from the Unicode tables of this Node, so that both always agree.
 */
export function oddCharacters(): Ranges {
  known ??= findOdd();
  return known;
}

/**
 * A regular expression (RE2) that finds an odd character in a line.
 *
 * @param separator its character is not odd
 */
export function oddPattern(separator: string): string {
  const own = separator.codePointAt(0) as number;
  const all = oddCharacters().flatMap(([first, last]) =>
    first <= own && own <= last ? [[first, own - 1] as const, [own + 1, last] as const] : [[first, last] as const],
  );
  const hex = (code: number) => `\\x{${code.toString(16)}}`;
  const ranges = all.filter(([first, last]) => first <= last).map(([first, last]) => `${hex(first)}-${hex(last)}`);
  return `[${ranges.join("")}]`;
}

/** Behind the last block of letters: what may come there one day counts as odd, which is always safe. */
const END = 0x3_2400;

function findOdd(): Ranges {
  const odd = new Uint8Array(0x11_0000).fill(1, END);
  for (let code = 0; code < END; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue; // halves of a pair, which UTF-8 cannot hold
    const letter = String.fromCodePoint(code);
    if (letter.normalize("NFKC") !== letter || (code !== 0x20 && /[\s\p{Cc}\p{M}]/u.test(letter))) odd[code] = 1;
    // What stands behind another character in a decomposition may melt into one with it.
    const parts = letter.normalize("NFD");
    if (parts !== letter) for (const part of [...parts].slice(1)) odd[part.codePointAt(0) as number] = 1;
  }
  const ranges: [number, number][] = [];
  for (let code = 0; code < odd.length; code++) {
    if (odd[code] === 0) continue;
    const last = ranges[ranges.length - 1];
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges;
}
