/** All that the page gets from the desktop shell. */
export interface Bridge {
  /** Where a dropped or picked file is; empty for one that is in no folder. */
  pathOf(file: unknown): string;
  /** Lets a person pick a log; null where none was picked. */
  pickLog(): Promise<string | null>;
  /** Shows the folder of a run in the system's file manager. */
  revealRun(id: string): Promise<void>;
  /** Tells something that happened while nobody looked. */
  notify(title: string, body: string): Promise<void>;
}
