import { basename } from "node:path";
import type { EpochRecord, RunNote } from "../engine/protocol.js";
import type { Job, LogLine } from "./contract.js";

/** What an event of a run changes in its job, and the line that it writes. */
export interface News {
  readonly change: Partial<Job>;
  readonly line?: LogLine;
  readonly epoch?: EpochRecord;
}

type Note<T extends RunNote["type"]> = Extract<RunNote, { type: T }>;
type Readers = { readonly [T in Exclude<RunNote["type"], "step">]: (note: Note<T>, job: Job) => News };

/** Metrics that a line shows. */
const SHOWN = ["HR@10", "NDCG@10"];

const READERS: Readers = {
  fetching: ({ secondsLeft }) => ({ change: { secondsLeft: Number.isFinite(secondsLeft) ? secondsLeft : null } }),
  prepared: ({ counts, folder, engine, kept, read, split }) => ({
    change: { state: "training", secondsLeft: null, runId: basename(folder), engine },
    line: line("info", "log.prepared", { kept, read, ...counts, split }),
  }),
  start: ({ epochs, resumedFromStep, parameterCount, stepsPerEpoch }) => ({
    change: { epochs, step: resumedFromStep },
    line:
      resumedFromStep > 0
        ? line("info", "log.resumed", { step: resumedFromStep })
        : line("info", "log.model", { parameters: parameterCount, steps: stepsPerEpoch }),
  }),
  check: ({ passed, name, message }) => ({
    change: {},
    line: line(passed ? "good" : "warning", "log.check", { name, message }),
  }),
  validation: ({ epoch, step, trainingLoss, metrics, seconds, best }) => ({
    change: { epoch },
    epoch: { epoch, step, trainingLoss, metrics, seconds },
    line: line(best ? "good" : "info", best ? "log.best" : "log.epoch", {
      epoch,
      loss: trainingLoss.toFixed(3),
      metrics: SHOWN.flatMap((name) => (name in metrics ? [`${name} ${metrics[name].toFixed(4)}`] : [])).join(", "),
    }),
  }),
  checkpoint: ({ step }) => ({ change: { resumable: true }, line: line("info", "log.checkpoint", { step }) }),
  warning: ({ message }) => ({ change: {}, line: line("warning", "log.plain", { message }) }),
  end: ({ reason, bestEpoch }) =>
    reason === "interrupted"
      ? { change: {} }
      : {
          change: { state: "evaluating", secondsLeft: null },
          line: line("info", `log.end.${reason}`, { epoch: bestEpoch }),
        },
  evaluating: ({ scorer, done, all }) => ({
    change: { state: "evaluating", evaluating: { scorer, done, all }, secondsLeft: null },
    line: line("info", "log.evaluating", { scorer }),
  }),
  fitting: ({ secondsLeft }) => ({ change: { secondsLeft } }),
  interrupted: (_, job) => ({
    change: { state: "paused", resumable: job.runId !== null },
    line: line("warning", "log.paused", { step: job.step }),
  }),
  results: () => ({ change: {} }),
  saved: () => ({ change: { evaluating: null } }),
};

/** What an event means for a job. Steps come so often that the job reads them itself. */
export function newsOf(note: Exclude<RunNote, { type: "step" }>, job: Job): News {
  return (READERS[note.type] as (note: RunNote, job: Job) => News)(note, job);
}

/** A line of the log, stamped with the time. */
export function line(level: LogLine["level"], key: string, values: LogLine["values"] = {}): LogLine {
  return { at: new Date().toISOString(), level, key, values };
}
