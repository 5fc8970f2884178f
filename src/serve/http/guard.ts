// Who may talk to the server: pure rules over the head of a request.
import { timingSafeEqual } from "node:crypto";

export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** Header by lower-case name. */
  readonly header: (name: string) => string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly code: "HOST_WRONG" | "ORIGIN_FOREIGN" | "TOKEN_WRONG";
  readonly message: string;
}

const NAMES = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Refuses a request to the app that does not come from its own page.
 *
 * A page on a name that was rebound to this machine has the wrong Host; another page in the browser has the wrong Origin
 * or a foreign Sec-Fetch-Site; and neither knows the token. Cookies are not used: they ignore ports.
 *
 * @param port  of this server
 * @param token of this start
 */
export function refusalOf(head: RequestHead, port: number, token: string): Refusal | null {
  return refusalOfPlace(head, port) ?? (isApi(head.path) ? refusalOfToken(head, token) : null);
}

/** Refuses what does not come from this machine, or comes from another page in its browser. @param port of this server */
export function refusalOfPlace(head: RequestHead, port: number): Refusal | null {
  const host = head.header("host") ?? "";
  if (!NAMES.some((name) => host === `${name}:${port}`))
    return { status: 421, code: "HOST_WRONG", message: "This address is not the one of this server." };
  const origin = head.header("origin");
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, code: "ORIGIN_FOREIGN", message: "Another page may not talk to this server." };
  const site = head.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return { status: 403, code: "ORIGIN_FOREIGN", message: "Another site may not talk to this server." };
  return null;
}

/** Refuses a request without `Authorization: Bearer <token>`. */
export function refusalOfToken(head: RequestHead, token: string): Refusal | null {
  if (isBearer(head.header("authorization"), token)) return null;
  return { status: 401, code: "TOKEN_WRONG", message: "The token is missing or wrong." };
}

function isApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}

/** Compares in constant time, whatever the length. */
function isBearer(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Plotly needs inline styles, and blob images for PNG; nothing else leaves the default of nothing. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");

/** Headers of every reply. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), payment=()",
};

/** Keys that would reach an object's prototype. */
const POISONOUS = new Set(["__proto__", "constructor", "prototype"]);

/** Parses JSON and refuses keys that reach a prototype. @throws {SyntaxError} */
export function parseSafely(text: string): unknown {
  return JSON.parse(text, (key, value) => {
    if (POISONOUS.has(key)) throw new SyntaxError(`The key "${key}" is not allowed.`);
    return value;
  });
}
