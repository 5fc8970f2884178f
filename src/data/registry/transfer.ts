import type { EnvHttpProxyAgent, request } from "undici";
import { RefrainError } from "../../core/errors.js";

/** Loaded with the first transfer, for most commands make none. */
const library = () => import("undici");

const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

/** An answer whose body has not been read. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Buffer> & { destroy(): void };
}

export interface TransferOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: EnvHttpProxyAgent;
  /** Milliseconds for a connection, and again for the head of the answer. */
  readonly idleMs: number;
  readonly signal?: AbortSignal;
  /** How many redirects are followed; one more is refused, but with 0 the redirect itself is the answer. Default 5. */
  readonly redirects?: number;
}

/**
 * Connections that go through HTTP_PROXY and HTTPS_PROXY, but for hosts in NO_PROXY.
 *
 * @param idleMs milliseconds without a byte, or until the connection stands, after which a transfer fails
 */
export async function transferAgent(idleMs: number): Promise<EnvHttpProxyAgent> {
  const { EnvHttpProxyAgent } = await library();
  return new EnvHttpProxyAgent({ headersTimeout: idleMs, bodyTimeout: idleMs, connect: { timeout: idleMs } });
}

/**
 * GET with some redirects, each to https, or to the same host when the way there was not https either.
 *
 * @throws {RefrainError} DOWNLOAD_REFUSED for a redirect that is not followed
 * @throws the library's error when the connection fails
 */
export async function get(
  url: string,
  { headers, agent, idleMs, signal, redirects: most = MOST_REDIRECTS }: TransferOptions,
): Promise<Answer> {
  const { request } = await library();
  let current = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const {
      statusCode,
      headers: raw,
      body,
    } = await inTime(request(current, { headers, dispatcher: agent, signal }), 2 * idleMs, signal);
    body.on("error", () => {}); // who reads it hears of errors; what is given up unread must not end the process
    const answered = Object.fromEntries(
      Object.entries(raw).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    if (most === 0 || !REDIRECTS.includes(statusCode) || !answered.location)
      return { status: statusCode, headers: answered, body: body as Answer["body"] };
    body.destroy();
    if (redirects === most) throw refused(url, `it is redirected more than ${most} times`);
    const next = URL.canParse(answered.location, current.href) ? new URL(answered.location, current) : undefined;
    if (!next) throw refused(url, "it is redirected to no address");
    const followed = next.protocol === "https:" || (next.protocol === current.protocol && next.host === current.host);
    if (!followed || next.username || next.password)
      throw refused(
        url,
        `it is redirected to ${next.protocol}//${next.host}, which is neither https nor the same host`,
      );
    current = next;
  }
}

/**
 * The answer, unless the time is over or the signal is aborted before it comes. The library looks at neither while a proxy
 * keeps it waiting for a tunnel.
 */
async function inTime(
  answer: ReturnType<typeof request>,
  ms: number,
  signal?: AbortSignal,
): ReturnType<typeof request> {
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms / 1000} s`)), ms);
    abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([answer, over]);
  } catch (error) {
    answer.then(
      ({ body }) => body.on("error", () => {}).destroy(),
      () => {},
    );
    throw error;
  } finally {
    clearTimeout(timer);
    if (abort) signal?.removeEventListener("abort", abort);
  }
}

function refused(url: string, reason: string): RefrainError {
  return new RefrainError("DOWNLOAD_REFUSED", `${url} is not fetched: ${reason}.`, { url });
}
