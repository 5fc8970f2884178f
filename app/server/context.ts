import type { EngineChooser } from "./engine-choice.js";
import type { Engines } from "./engines.js";
import type { Hub } from "./hub.js";
import type { Jobs } from "./jobs.js";
import type { RunStore } from "./run-store.js";

/** What the routes work with. */
export interface Context {
  readonly store: RunStore;
  readonly jobs: Jobs;
  readonly hub: Hub;
  readonly engines: Engines;
  readonly chooser: EngineChooser;
  /** Folder of dropped files. */
  readonly uploads: string;
}
