import { createRoute, type z } from "@hono/zod-openapi";
import { failure } from "../contract.js";

type Schema = z.ZodType;

/** A JSON route in short form; every one may answer with a failure. */
export function jsonRoute<
  const Method extends "get" | "post",
  const Path extends string,
  Reply extends Schema,
  Request extends { params?: z.ZodObject; query?: z.ZodObject; body?: Schema } = Record<never, never>,
>(method: Method, path: Path, summary: string, reply: Reply, request: Request = {} as Request) {
  const { body, ...others } = request;
  return createRoute({
    method,
    path,
    summary,
    request: {
      ...(others as Omit<Request, "body">),
      ...((body
        ? { body: { required: true, content: { "application/json": { schema: body } } } }
        : {}) as Request extends {
        body: infer Body extends Schema;
      }
        ? { body: { required: true; content: { "application/json": { schema: Body } } } }
        : Record<never, never>),
    },
    responses: {
      200: { description: summary, content: { "application/json": { schema: reply } } },
      default: { description: "What went wrong", content: { "application/json": { schema: failure } } },
    },
  });
}
