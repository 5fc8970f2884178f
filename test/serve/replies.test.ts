// Which HTTP status says what went wrong: one table for the service and for the app's server.
import type { Context } from "hono";
import { expect, test } from "vitest";
import { RefrainError } from "../../src/core/errors.js";
import { FailureError, failureOf, refuse } from "../../src/serve/index.js";

/** What `refuse` hands to Hono. */
function replyTo(error: unknown): { readonly body: unknown; readonly status: number } {
  const context = { json: (body: unknown, status: number) => ({ body, status }) } as unknown as Context;
  return refuse(context, failureOf(error)) as never;
}

test.each([
  ["DISK_FULL", 507],
  ["FILE_WRITE_FAILED", 503],
  ["RUN_NOT_FOUND", 404],
  ["CONFIG_INVALID", 422],
  ["RUN_BUSY", 409],
  ["FILE_TOO_LARGE", 413],
  ["FILE_EMPTY", 400], // of the error table, without a status of its own
] as const)("%s is %i, with its remedy", (code, status) => {
  const error = new RefrainError(code, "what happened");
  const failure = { code, message: "what happened", remedy: error.remedy };
  expect(replyTo(error)).toEqual({ status, body: { error: failure } });
});

test("of what no table knows, and of what another process said", () => {
  expect(replyTo(new TypeError("x is undefined")).status).toBe(500);
  expect(replyTo(new SyntaxError("JSON")).status).toBe(422);
  const said = { code: "ENGINE_CRASHED", message: "it ended", remedy: null };
  expect(replyTo(new FailureError(said))).toEqual({ status: 503, body: { error: said } });
});
