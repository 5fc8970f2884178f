import type { Context } from "hono";

/** What node-server gives beside the request. */
interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/**
 * The address that a request comes from.
 *
 * @param behindProxy true where a proxy of one's own is in front: then the last address of X-Forwarded-For, which that proxy
 *        wrote; what stands before it anybody may have written
 */
export function clientOf(c: Context, behindProxy: boolean): string {
  const direct = (c.env as NodeBindings | undefined)?.incoming?.socket?.remoteAddress ?? "unknown";
  if (!behindProxy) return direct;
  return c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() || direct;
}
