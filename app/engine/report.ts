import { outcomeOf, RefrainError, reportHtml, reportWords, runReport } from "refrain";
import type { Params, Result } from "./protocol.js";
import { sessionOf } from "./session.js";

/** A finished run as one HTML page. What hangs on the log is left out where the log is gone. */
export async function report({ run, language }: Params<"report">): Promise<Result<"report">> {
  const { record, saved, prepared } = await sessionOf(run);
  if (!record.results)
    throw new RefrainError("RUN_NOT_FOUND", `Run ${record.id} has no results: it is ${record.status}.`);
  const outcome = await outcomeOf(saved, run);
  const parts = runReport({ folder: run, record, prepared, outcome, name: saved.name }, language);
  return { html: reportHtml(reportWords(language)("reportTitle", { name: record.id }), language, parts) };
}
