import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface ServerAddress {
  readonly origin: string;
  readonly token: string;
}

export interface RunningServer extends ServerAddress {
  readonly child: ChildProcess;
}

/** The address in the line that the server prints. @throws {Error} where it is none on this machine */
export function parseAddress(line: string): ServerAddress {
  const { origin, token } = JSON.parse(line) as Partial<Record<keyof ServerAddress, unknown>>;
  if (typeof origin !== "string" || !/^http:\/\/127\.0\.0\.1:\d+$/.test(origin) || typeof token !== "string")
    throw new Error("The server did not print its address.");
  return { origin, token };
}

/** Where a file of a packaged app is for a program that cannot read the archive that Electron reads. */
export function outsideArchive(path: string): string {
  return path.replace(/([\\/])app\.asar(?=[\\/])/, "$1app.asar.unpacked");
}

/**
 * Starts the server in plain Node: the engine must not run in Electron, whose memory and Node are others.
 *
 * @param node path of Node
 * @param port 0 takes a free one
 */
export function startServer(node: string, program: string, runs: string, port: string = "0"): Promise<RunningServer> {
  const child = spawn(node, [program, "--runs", runs, "--port", port], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, REFRAIN_APP_PARENT: String(process.pid) },
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`The server ended with ${code}.`)));
    createInterface({ input: child.stdout }).once("line", (line) => {
      try {
        resolve({ ...parseAddress(line), child });
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
