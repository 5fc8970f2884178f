// Requests to the server of this page. The token comes once in the fragment and then lives in this tab only.

const KEY = "refrain.token";

/** What the server says when it cannot do what it was asked. */
export class ApiError extends Error {
  readonly code: string;
  readonly remedy: string | null;

  constructor(code: string, message: string, remedy: string | null = null) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Takes the token out of the address, so that an address can be shared, and leaves the route. */
export function takeToken(): void {
  const found = /^#t=([\w-]+)(?:&r=(.*))?$/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(KEY, found[1]);
  history.replaceState(null, "", `${location.pathname}#${found[2] ? decodeURIComponent(found[2]) : "/"}`);
}

export function setToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** Headers of a request. In the desktop window the shell adds the token itself. */
export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(KEY);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

interface RequestOptions {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly signal?: AbortSignal;
}

/** Asks the API; with a body it is a POST. @throws {ApiError} */
export async function request<T>(path: string, { body, query, signal }: RequestOptions = {}): Promise<T> {
  const search = query
    ? `?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`
    : "";
  const raw = body instanceof Blob;
  const response = await fetch(`/api${path}${search}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...authorization(), ...(body === undefined || raw ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? null : raw ? body : JSON.stringify(body),
    signal: signal ?? null,
  }).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new ApiError("DISCONNECTED", error.message);
  });
  const reply = (await response.json().catch(() => undefined)) as
    | { error?: { code: string; message: string; remedy: string | null } }
    | undefined;
  if (response.ok) return reply as T;
  const { code = "UNEXPECTED", message = response.statusText, remedy = null } = reply?.error ?? {};
  throw new ApiError(code, message, remedy);
}

/** A part of an address. */
export const part = encodeURIComponent;
