import type { Context } from "hono";
import { RefrainError } from "refrain";
import type { Failure } from "../engine/protocol.js";
import { EngineFailure } from "./engine-process.js";

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 421 | 422 | 500 | 503 | 507;

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
  HOST_WRONG: 421,
  ORIGIN_FOREIGN: 403,
  TOKEN_WRONG: 401,
  OUT_OF_MEMORY: 503,
  ENGINE_KILLED: 503,
  ENGINE_CRASHED: 503,
  UNEXPECTED: 500,
  FILE_WRITE_FAILED: 500,
  DISK_FULL: 507,
};

/** The failure of anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EngineFailure) return error.failure;
  if (error instanceof RefrainError) return { code: error.code, message: error.message, remedy: error.remedy };
  if (error instanceof SyntaxError) return { code: "REQUEST_INVALID", message: error.message, remedy: null };
  return { code: "UNEXPECTED", message: (error as Error).message, remedy: null };
}

/** A failure as a reply, always of one form. */
export function refuse(c: Context, { code, message, remedy }: Failure): Response {
  return c.json({ error: { code, message, remedy } }, STATUS[code] ?? 400);
}
