type Decoder = { decode(bytes?: Uint8Array, options?: { stream: boolean }): string };

/**
 * Decodes UTF-8 until bytes show that the text is something else, and that encoding from there on. As long as everything
 * was ASCII the two are the same, so nothing has to be read again.
 *
 * Once accented or East Asian letters were read as UTF-8 it stays: a broken character (a title cut in the middle of a
 * letter) becomes U+FFFD and costs that letter only.
 *
 * @param other asked once, when the text turns out not to be UTF-8, which encoding it has
 */
export class Utf8OrOther {
  readonly #other: () => Promise<string>;
  #decoder: Decoder = new TextDecoder("utf-8");
  /** False while everything was ASCII. */
  #decided = false;
  /** Bytes that the decoder holds back since they begin a character. */
  #held: Uint8Array = new Uint8Array();

  constructor(other: () => Promise<string>) {
    this.#other = other;
  }

  /** Text of the next bytes; without bytes, of what is left at the end. */
  async decode(bytes?: Uint8Array): Promise<string> {
    const text = bytes ? this.#decoder.decode(bytes, { stream: true }) : this.#decoder.decode();
    if (this.#decided) return text;
    let good = 0;
    let broken = 0;
    for (const letter of text.match(/[^ -~\s]/g) ?? [])
      if (letter === "\ufffd") broken++;
      else if (letter > "\x7f") good++;
    const whole = Buffer.concat([this.#held, bytes ?? new Uint8Array()]);
    if (broken > 0) broken -= count(whole, Buffer.from("\ufffd"));
    if (broken > 0 && broken * 10 >= good) {
      this.#decided = true;
      this.#decoder = new TextDecoder(await this.#other());
      return this.#decoder.decode(whole, { stream: bytes !== undefined });
    }
    this.#decided = good > 0;
    let end = whole.length;
    while (end > 0 && whole.length - end < 3 && whole[end - 1] >= 0x80) end--;
    this.#held = whole.subarray(end);
    return text;
  }
}

/** Times that a sequence stands in bytes; U+FFFD may be in the file itself. */
function count(bytes: Buffer, sequence: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(sequence); at >= 0; at = bytes.indexOf(sequence, at + sequence.length)) found++;
  return found;
}
