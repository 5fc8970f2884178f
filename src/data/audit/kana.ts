// Kana in Latin letters, only as far as two spellings of one title need it to meet.

/** Hiragana by their Hepburn reading; small ones and marks are handled by rule. */
const READINGS: ReadonlyMap<string, string> = new Map(
  [
    "あa いi うu えe おo かka きki くku けke こko さsa しshi すsu せse そso たta ちchi つtsu てte とto",
    "なna にni ぬnu ねne のno はha ひhi ふfu へhe ほho まma みmi むmu めme もmo やya ゆyu よyo",
    "らra りri るru れre ろro わwa ゐi ゑe をo んn がga ぎgi ぐgu げge ごgo ざza じji ずzu ぜze ぞzo",
    "だda ぢji づzu でde どdo ばba びbi ぶbu べbe ぼbo ぱpa ぴpi ぷpu ぺpe ぽpo ゔvu",
  ]
    .join(" ")
    .split(" ")
    .map((pair) => [pair[0], pair.slice(1)]),
);
const SMALL_VOWELS: ReadonlyMap<string, string> = new Map([
  ["ぁ", "a"],
  ["ぃ", "i"],
  ["ぅ", "u"],
  ["ぇ", "e"],
  ["ぉ", "o"],
]);
const SMALL_Y: ReadonlyMap<string, string> = new Map([
  ["ゃ", "ya"],
  ["ゅ", "yu"],
  ["ょ", "yo"],
]);
/** Katakana stand this far behind their hiragana in Unicode. */
const KATAKANA_SHIFT = 0x60;

/** True where a text has kana in it. */
export function hasKana(text: string): boolean {
  return /[\u3041-\u3096\u30a1-\u30fa]/.test(text);
}

/**
 * A text with hiragana for its katakana.
 *
 * @example hiragana("サクラ") // "さくら"
 */
export function hiragana(text: string): string {
  return text.replace(/[\u30a1-\u30f6]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - KATAKANA_SHIFT));
}

/**
 * A text with its kana in Latin letters; everything else stays as it is.
 *
 * @source the modified Hepburn romanisation, without marks for long vowels
 * @example romanised("チョコレート") // "chokoreto"
 * @example romanised("がっこう") // "gakkou"
 */
export function romanised(text: string): string {
  let latin = "";
  let doubled = false;
  for (const letter of text) {
    const kana = hiragana(letter);
    const afterI = SMALL_Y.get(kana);
    const vowel = SMALL_VOWELS.get(kana);
    if (kana === "っ") doubled = true;
    else if (kana === "ー") continue;
    else if (afterI && latin.endsWith("i"))
      latin = latin.slice(0, -1) + (/(?:sh|ch|j)i$/.test(latin) ? afterI.slice(1) : afterI);
    else if (vowel && /[^aeiou][eiou]$/.test(latin)) latin = latin.slice(0, -1) + vowel;
    else if (vowel && /[aeiou]$/.test(latin)) latin += latin.endsWith(vowel) ? "" : vowel;
    else {
      const reading = READINGS.get(kana) ?? afterI ?? vowel ?? letter;
      latin += doubled && reading !== letter ? reading[0] + reading : reading;
      doubled = false;
    }
  }
  return latin;
}

/**
 * A text in a form in which common ways to write Japanese in Latin letters are the same: long vowels are short, no spaces,
 * and n stands before b, m and p.
 *
 * @example romajiKey("とうきょう") === romajiKey("Tokyo") // true
 */
export function romajiKey(text: string): string {
  return romanised(text.toLowerCase())
    .normalize("NFKD")
    .replace(/[\u0300-\u036f\s]/g, "")
    .replace(/m(?=[bp])/g, "n")
    .replace(/ou|oo|oh(?![aeiou])/g, "o")
    .replace(/uu/g, "u")
    .replace(/aa/g, "a")
    .replace(/ii/g, "i")
    .replace(/tch/g, "cch");
}
