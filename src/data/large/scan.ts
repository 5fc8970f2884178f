import { Worker } from "node:worker_threads";
import { RefrainError } from "../../core/errors.js";

/** What the bytes of a file tell. */
export interface Scan {
  readonly sha256: string;
  /** False where a byte is no part of UTF-8, or is the one that `lines.ts` takes for a separator that no line holds. */
  readonly plain: boolean;
  /** True where there is any other control character than the ends of lines and a TAB that separates. */
  readonly controls: boolean;
  /** True where a line is empty. */
  readonly blank: boolean;
  /** How its lines end; "mixed" also for lone carriage returns. */
  readonly newline: "\n" | "\r\n" | "mixed";
}

/**
 * Reads a file once, in a thread of its own beside other work.
 *
 * @param separator of its fields; a TAB that is none is a control character
 * @throws {RefrainError} FILE_UNREADABLE
 * @throws the signal's reason once it is aborted; the thread has ended then
 */
export function scanFile(path: string, separator: string, signal?: AbortSignal): Promise<Scan> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = new Worker(PROGRAM, { eval: true, workerData: { path, tabs: separator === "\t" } });
    const stop = () => worker.terminate().then(() => reject(signal?.reason), reject);
    signal?.addEventListener("abort", stop);
    worker.once("exit", () => signal?.removeEventListener("abort", stop));
    worker.once("message", resolve);
    worker.once("error", (cause) =>
      reject(new RefrainError("FILE_UNREADABLE", `${path} cannot be read: ${cause.message}.`, { path }, { cause })),
    );
  });
}

/** Text, since Node 20 starts threads only from JavaScript and the tests run the TypeScript sources. */
const PROGRAM = `
const { isUtf8 } = require("node:buffer");
const { createHash } = require("node:crypto");
const { closeSync, openSync, readSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
const hash = createHash("sha256");
const buffer = Buffer.allocUnsafe(1 << 22);
const file = openSync(workerData.path, "r");
let [plain, pairs, feeds, returns, held] = [true, 0, 0, 0, 0];
let [last, controls, blank] = [0, false, false];
// Four bytes at a time: some byte below 32, or a byte 127.
const odd = (word) => ((word - 0x20202020) & ~word & 0x80808080) !== 0 || (((word ^ 0x7f7f7f7f) - 0x01010101) & ~(word ^ 0x7f7f7f7f) & 0x80808080) !== 0;
const isControl = (byte) => byte === 127 || (byte < 32 && byte !== 10 && byte !== 13 && !(byte === 9 && workerData.tabs));
const holdsControls = (bytes) => {
  const from = (4 - (bytes.byteOffset % 4)) % 4;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + from, Math.max(0, (bytes.length - from) >> 2));
  for (let at = 0; at < words.length; at++)
    if (odd(words[at])) for (let i = 0; i < 4; i++) if (isControl(bytes[from + 4 * at + i])) return true;
  for (let at = 0; at < Math.min(from, bytes.length); at++) if (isControl(bytes[at])) return true;
  for (let at = from + 4 * words.length; at < bytes.length; at++) if (isControl(bytes[at])) return true;
  return false;
};
for (;;) {
  const read = readSync(file, buffer, held, buffer.length - held, null);
  if (read === 0) break;
  const fresh = buffer.subarray(held, held + read);
  hash.update(fresh);
  controls = controls || holdsControls(fresh);
  if (controls && fresh.includes(1)) plain = false;
  // Ends of lines are counted only where there is a carriage return at all, which most files do not have.
  if (returns > 0 || last === 13 || fresh.includes(13)) {
    for (const byte of fresh) {
      if (byte === 13) returns++;
      else if (byte === 10) {
        feeds++;
        if (last === 13) pairs++;
      }
      last = byte;
    }
  } else feeds += fresh.includes(10) ? 1 : 0;
  // A character may lie across two pieces: what follows the last end of a line waits for the next.
  const whole = buffer.subarray(0, held + read);
  // Every piece begins where a line does.
  blank = blank || whole[0] === 10 || (whole[0] === 13 && whole[1] === 10) || whole.includes("\\n\\n") || whole.includes("\\n\\r\\n");
  const end = whole.lastIndexOf(10) + 1;
  if (end === 0) {
    plain = plain && held + read < buffer.length && isUtf8(whole);
    held = 0;
    continue;
  }
  plain = plain && isUtf8(whole.subarray(0, end));
  held = whole.length - end;
  whole.copy(buffer, 0, end);
}
if (held > 0) plain = plain && isUtf8(buffer.subarray(0, held));
closeSync(file);
const newline = returns === 0 ? "\\n" : returns === pairs && feeds === pairs ? "\\r\\n" : "mixed";
parentPort.postMessage({ sha256: hash.digest("hex"), plain, controls, blank, newline });
`;
