import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";

/** What decides where files of a person are kept; the parts that differ in tests. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

const here = (): Surroundings => ({ environment: process.env, platform: process.platform, home: homedir() });

/** The system's folder for data of this person: XDG, Application Support, or AppData. */
export function userFolder({ environment, platform, home }: Surroundings = here()): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = environment;
  if (platform === "win32") return join(LOCALAPPDATA || join(home, "AppData", "Local"), "refrain");
  if (platform === "darwin") return join(home, "Library", "Application Support", "refrain");
  return join(XDG_DATA_HOME || join(home, ".local", "share"), "refrain");
}

/**
 * Whether a package keeps files of its own in its folder: a checkout does. One that was installed does not, for the next
 * installation removes them, and an application's folder may belong to somebody else.
 *
 * @param root folder of the package
 */
export function keepsFiles(root: string): boolean {
  if (root.split(sep).some((name) => name === "node_modules" || name.startsWith("app.asar"))) return false;
  try {
    accessSync(root, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
