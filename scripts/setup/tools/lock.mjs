import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const beatMs = 5_000;
const silenceMs = 60_000;

/**
 * Does `work` while holding a lock file, so that two setups in one folder take turns.
 *
 * The file names its process and is touched every 5 s. It counts as left behind when that process is gone, or, for a
 * lock of another machine (a shared folder), when it was not touched for a minute.
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  const token = JSON.stringify({ pid: process.pid, host: hostname(), at: Date.now() });
  await take(path, token, onWait);
  const beat = setInterval(() => touch(path), beatMs);
  const release = () => contentOf(path) === token && rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    release();
    process.off("exit", release);
  }
}

async function take(path, token, onWait) {
  let told = false;
  for (;;) {
    if (create(path, token)) {
      // Two waiters may both have cleared a left-behind lock; only one token survives this pause.
      await sleep(50);
      if (contentOf(path) === token) return;
      continue;
    }
    const content = contentOf(path);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (content === undefined || modified === undefined) continue;
    if (isLeftBehind(content, Date.now() - modified)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) onWait(parse(content)?.pid ?? "?");
    told = true;
    await sleep(300);
  }
}

/** Tells whether a lock's owner is gone, from the lock's text and the milliseconds since it was last touched. */
export function isLeftBehind(content, untouchedMs, isAlive = processIsAlive, host = hostname()) {
  const owner = parse(content);
  // An empty lock is one being written at this moment, unless it stays so.
  if (!owner) return untouchedMs > 2_000;
  if (owner.host !== host) return untouchedMs > silenceMs;
  return !isAlive(owner.pid) || untouchedMs > 10 * silenceMs;
}

function create(path, token) {
  try {
    const file = openSync(path, "wx");
    writeSync(file, token);
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function contentOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parse(content) {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The folder was removed under us; the next write will say so.
  }
}

function processIsAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
