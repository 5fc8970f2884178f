/** All that the page gets from the desktop shell. */
export interface Bridge {
  /** Where a dropped or picked file is; empty for one that is in no folder. */
  pathOf(file: unknown): string;
}
