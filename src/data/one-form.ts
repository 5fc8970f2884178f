/**
 * An id or title in the one form that cleaning compares: full width and half width, composed and decomposed, and stray
 * spaces become the same text.
 *
 * @example oneForm(" ＹＯＡＳＯＢＩ\u3000群青\t") // "YOASOBI 群青"
 */
export function oneForm(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replace(/\p{Cs}/gu, "\ufffd")
    .trim();
}
