import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { RefrainError } from "../../core/errors.js";

/** What went wrong, as every server of Refrain says it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** The form of every refusal. */
export const failure: z.ZodType<{ error: Failure }> = z
  .object({ error: z.object({ code: z.string(), message: z.string(), remedy: z.string().nullable() }) })
  .openapi("Failure");

/** An error whose words were made for the reply. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 422 | 429 | 500 | 503 | 507;

/** HTTP status by code; others of the table are 400, unknown ones 500. */
const STATUS: Readonly<Record<string, Status>> = {
  CONFIG_INVALID: 422,
  REQUEST_INVALID: 422,
  RUN_NOT_FOUND: 404,
  FILE_NOT_FOUND: 404,
  USER_UNKNOWN: 404,
  TITLE_UNKNOWN: 404,
  NOT_FOUND: 404,
  RUN_BUSY: 409,
  FILE_TOO_LARGE: 413,
  BODY_TOO_LARGE: 413,
  CONTENT_TYPE_WRONG: 415,
  HOST_WRONG: 421,
  ORIGIN_FOREIGN: 403,
  TOKEN_WRONG: 401,
  TOO_MANY_REQUESTS: 429,
  OVERLOADED: 503,
  STOPPING: 503,
  FILE_WRITE_FAILED: 503,
  STORE_UNAVAILABLE: 503,
  OUT_OF_MEMORY: 503,
  ENGINE_KILLED: 503,
  ENGINE_CRASHED: 503,
  UNEXPECTED: 500,
  DISK_FULL: 507,
};

/** The failure of anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  if (error instanceof RefrainError) return { code: error.code, message: error.message, remedy: error.remedy };
  if (error instanceof SyntaxError) return { code: "REQUEST_INVALID", message: error.message, remedy: null };
  return { code: "UNEXPECTED", message: (error as Error).message, remedy: null };
}

/** A failure as a reply, always of one form. */
export function refuse(c: Context, { code, message, remedy }: Failure): Response {
  return c.json({ error: { code, message, remedy } }, STATUS[code] ?? 400);
}

/** Where validation finds a request wrong: the first fault, as a reply. */
export function refuseInvalid(
  result: { readonly success: true } | { readonly success: false; readonly target: string; readonly error: z.ZodError },
  c: Context,
): Response | undefined {
  if (result.success) return undefined;
  const [issue] = result.error.issues;
  const message = `${result.target}.${issue.path.join(".")}: ${issue.message}`.slice(0, 300);
  return refuse(c, { code: "REQUEST_INVALID", message, remedy: null });
}
