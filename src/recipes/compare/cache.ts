import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256, writeFileAtomic } from "../../core/files.js";

/**
 * Results by the hash of everything that they follow from. What cannot be read is as if it were not there.
 *
 * Typed arrays come back as they were; Infinity inside them too.
 */
export class ResultCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Folder for what belongs to a result and is no JSON. */
  folderOf(key: string): string {
    return join(this.#folder, key);
  }

  get<T>(key: string): T | undefined {
    const path = join(this.#folder, `${key}.json`);
    if (!existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, "utf8"), (_, value) => revived(value)) as T;
    } catch {
      return undefined;
    }
  }

  set(key: string, value: unknown): void {
    writeFileAtomic(
      join(this.#folder, `${key}.json`),
      JSON.stringify(value, (_, each) => packed(each)),
    );
  }
}

const ARRAYS = { Float64Array, Int32Array } as const;

function packed(value: unknown): unknown {
  if (!(value instanceof Float64Array) && !(value instanceof Int32Array)) return value;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  return { typed: value instanceof Float64Array ? "Float64Array" : "Int32Array", bytes };
}

function revived(value: unknown): unknown {
  const { typed, bytes } = (value ?? {}) as { typed?: keyof typeof ARRAYS; bytes?: string };
  if (typeof bytes !== "string" || typed === undefined || !Object.hasOwn(ARRAYS, typed)) return value;
  const copy = Uint8Array.from(Buffer.from(bytes, "base64"));
  return new ARRAYS[typed](copy.buffer);
}

let version: string | undefined;

/** SHA-256 over the code of this package: a result is known only to the code that made it. */
export function codeVersion(): string {
  if (version !== undefined) return version;
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|ts|cc|h)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/](cli|notebook|plot)[\\/]/.test(path.slice(root.length - 1)))
    .sort();
  version = sha256(files.map((path) => `${path.slice(root.length)} ${sha256(readFileSync(path))}`).join("\n"));
  return version;
}
