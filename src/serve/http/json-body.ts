import type { HonoRequest } from "hono";
import { parseSafely } from "./guard.js";
import { FailureError } from "./replies.js";

/**
 * Lets only bodies through that say that they are JSON, are it, and reach no prototype. Without the header the validation of a
 * route would be passed over.
 *
 * @throws {FailureError} CONTENT_TYPE_WRONG
 * @throws {SyntaxError} for another body
 */
export async function checkJson(request: HonoRequest): Promise<void> {
  if (!/^application\/json\s*(;|$)/i.test(request.header("content-type") ?? ""))
    throw new FailureError({
      code: "CONTENT_TYPE_WRONG",
      message: "A body has to be JSON, with the header Content-Type: application/json.",
      remedy: null,
    });
  parseSafely(await request.text());
}
