import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** True on Linux systems whose C library is musl (Alpine): TensorFlow is built for glibc only. */
export function usesMusl() {
  if (process.platform !== "linux" || !existsSync("/lib")) return false;
  return readdirSync("/lib").some((name) => name.startsWith("ld-musl-"));
}

/** False when this processor is known to lack AVX, which every build of TensorFlow needs; true when unknown. */
export function mayHaveAvx() {
  if (process.platform !== "linux" || process.arch !== "x64") return true;
  try {
    return /^flags\s*:.*\bavx\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return true;
  }
}

/** The machine in words for a message: "linux x64". */
export function platformName() {
  return `${process.platform} ${process.arch}${usesMusl() ? " (musl)" : ""}`;
}

/**
 * The processor's name and what it can do, as src/engine/kernels.ts reads it: kernels compiled for one run on no other.
 *
 * @param more further lines of Linux's /proc/cpuinfo, by name
 */
export function processorHere(more = []) {
  const about = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const lineOf = (names) => new RegExp(`^(${names})\\s*:.*$`, "m").exec(about)?.[0] ?? "";
  return [cpus()[0]?.model, lineOf("flags|Features"), ...more.map(lineOf)].join("\n");
}
