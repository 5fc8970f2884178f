import { basename, join } from "node:path";
import type { IpcMain, IpcMainInvokeEvent } from "electron";
import { isOwn } from "./policy.js";

/** What the system does for the page. Electron's own objects, or those of a test. */
export interface System {
  /** Path of a log that a person picked, or null. */
  pickLog(): Promise<string | null>;
  showInFolder(path: string): void;
  notify(title: string, body: string): void;
}

/** Longest text of a notification: longer ones are cut by the system anyway. */
const LONGEST = 200;

/**
 * Answers the page's three requests; from any other page or frame they are refused.
 *
 * @param runs folder of the runs: nothing outside it is revealed
 */
export function answerPage(ipcMain: Pick<IpcMain, "handle">, system: System, origin: string, runs: string): void {
  const answer = (name: string, work: (...given: unknown[]) => unknown) =>
    ipcMain.handle(name, ({ senderFrame }: Pick<IpcMainInvokeEvent, "senderFrame">, ...given: unknown[]) => {
      if (!senderFrame || senderFrame.parent !== null || !isOwn(senderFrame.url, origin))
        throw new Error("Only the app's own page may ask.");
      return work(...given);
    });
  answer("pick-log", () => system.pickLog());
  answer("reveal-run", (id) => {
    if (typeof id === "string" && id !== "" && id !== "." && id !== ".." && basename(id) === id)
      system.showInFolder(join(runs, id, "run.json"));
  });
  answer("notify", (title, body) => {
    if (typeof title === "string" && typeof body === "string")
      system.notify(title.slice(0, LONGEST), body.slice(0, LONGEST));
  });
}
