import { type RunEvent, resumeRun, startRun } from "refrain";
import type { Params, RunNote } from "./protocol.js";

let controller: AbortController | undefined;
let checkpointWanted = false;

/** Tells the training loop once that a person wants a checkpoint. */
function wantsCheckpoint(): boolean {
  const wanted = checkpointWanted;
  checkpointWanted = false;
  return wanted;
}

/** Trains a new run and tells its events. One process trains one run. */
export async function train({ config, preset, runs }: Params<"train">, note: (value: RunNote) => void): Promise<null> {
  controller = new AbortController();
  return tell(startRun(config, { runs, preset, signal: controller.signal, wantsCheckpoint }), note);
}

export async function resume({ run }: Params<"resume">, note: (value: RunNote) => void): Promise<null> {
  controller = new AbortController();
  return tell(resumeRun(run, controller.signal, wantsCheckpoint), note);
}

/** Stops after the step in flight, with a checkpoint. */
export async function pause(_: Params<"pause">): Promise<null> {
  controller?.abort();
  return null;
}

/** Saves a checkpoint after the step in flight, and goes on. */
export async function checkpoint(_: Params<"checkpoint">): Promise<null> {
  checkpointWanted = true;
  return null;
}

async function tell(events: AsyncIterable<RunEvent>, note: (value: RunNote) => void): Promise<null> {
  try {
    for await (const event of events) note(event.type === "prepared" ? briefly(event) : event);
  } catch (error) {
    if (!controller?.signal.aborted || error !== controller.signal.reason) throw error;
    note({ type: "interrupted", folder: "" }); // paused before there was a folder
  }
  return null;
}

function briefly({ prepared, engine, folder }: Extract<RunEvent, { type: "prepared" }>): RunNote {
  const { histories, report, log } = prepared;
  return {
    type: "prepared",
    folder,
    engine: engine.reason,
    counts: { users: histories.users.size, items: histories.items.size, events: log.users.length },
    split: histories.split.description,
    read: report.read,
    kept: report.kept,
  };
}
