import { createRoute, type z } from "@hono/zod-openapi";
import { type Failure, failure } from "./replies.js";

export type Schema = z.ZodType;
export interface Parts {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: Schema;
}

/** A route that takes and gives JSON, as `OpenAPIHono.openapi` wants it. */
export type JsonRoute<Method extends string, Path extends string, Reply extends Schema, Request extends Parts> = {
  readonly method: Method;
  readonly path: Path;
  readonly summary: string;
  readonly request: Omit<Request, "body"> &
    (Request extends { body: infer Body extends Schema }
      ? { body: { required: true; content: { "application/json": { schema: Body } } } }
      : Record<never, never>);
  readonly responses: {
    200: { description: string; content: { "application/json": { schema: Reply } } };
    default: { description: string; content: { "application/json": { schema: z.ZodType<{ error: Failure }> } } };
  };
  getRoutingPath(): string;
};

/** A JSON route in short form; every one may answer with a failure. */
export function jsonRoute<
  const Method extends "get" | "post" | "delete",
  const Path extends string,
  Reply extends Schema,
  Request extends Parts = Record<never, never>,
>(
  method: Method,
  path: Path,
  summary: string,
  reply: Reply,
  request: Request = {} as Request,
): JsonRoute<Method, Path, Reply, Request> {
  const { body, ...others } = request;
  const content = body ? { body: { required: true, content: { "application/json": { schema: body } } } } : {};
  return createRoute({
    method,
    path,
    summary,
    request: { ...others, ...content } as JsonRoute<Method, Path, Reply, Request>["request"],
    responses: {
      200: { description: summary, content: { "application/json": { schema: reply } } },
      default: { description: "What went wrong", content: { "application/json": { schema: failure } } },
    },
  });
}
