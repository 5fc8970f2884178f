// A local server whose answers a test chooses one by one.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

export interface FaultyServer {
  readonly url: string;
  readonly port: number;
  /** Range and If-Range of each request so far. */
  readonly asked: { readonly path: string; readonly range?: string; readonly ifRange?: string }[];
}

/** Starts a server that answers the first request with the first behaviour, and all further ones with the last. */
export async function withServer<T>(
  behaviours: readonly Behaviour[],
  use: (server: FaultyServer) => Promise<T>,
): Promise<T> {
  const asked: FaultyServer["asked"] = [];
  const server = createServer((request, response) => {
    const { range, "if-range": ifRange } = request.headers;
    const behaviour = behaviours[Math.min(asked.length, behaviours.length - 1)];
    asked.push({ path: request.url ?? "", range, ifRange: ifRange as string | undefined });
    behaviour(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use({ url: `http://127.0.0.1:${port}/data`, port, asked });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A server as it should be: ETag, and ranges where the ETag still is the same. */
export function good(bytes: Buffer, etag = '"one"'): Behaviour {
  return (request, response) => {
    const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
    const whole = start === undefined || request.headers["if-range"] !== etag;
    if (!whole && Number(start) >= bytes.length) return void response.writeHead(416).end();
    const from = whole ? 0 : Number(start);
    response.writeHead(whole ? 200 : 206, {
      etag,
      "content-length": bytes.length - from,
      ...(whole ? {} : { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    response.end(bytes.subarray(from));
  };
}

/** Sends some bytes of the whole file and breaks off. */
export function breaksOff(bytes: Buffer, after: number, etag: string | undefined = '"one"'): Behaviour {
  return (_, response) => {
    response.writeHead(200, { "content-length": bytes.length, ...(etag ? { etag } : {}) });
    response.write(bytes.subarray(0, after), () => setTimeout(() => response.destroy(), 20));
  };
}

/** A status without the file. */
export function status(code: number, headers: Record<string, string> = {}): Behaviour {
  return (_, response) => void response.writeHead(code, headers).end("no");
}

/** Whole bytes under these headers. */
export function sends(bytes: Buffer | string, headers: Record<string, string | number> = {}, code = 200): Behaviour {
  return (_, response) => void response.writeHead(code, headers).end(bytes);
}
