// Downloads from servers that break off, lie, redirect and change: a coded error or the whole file, and nothing bad on disk.
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { GetProgress } from "../../src/data/registry/index.js";
import { withFolder } from "../support/cli.js";
import {
  type Behaviour,
  breaksOff,
  type FaultyServer,
  good,
  sends,
  status,
  withServer,
} from "../support/faulty-server.js";
import { datasetOf, digest, getTiny, LOG, leftovers, PART, WHOLE } from "./registry-helpers.js";

const HALF = LOG.length >> 1;
const OTHER = Buffer.from(LOG.toString().replaceAll("u1", "v1"));
const about = { size: { bytes: LOG.length, exact: false } };

/** Runs a test in a folder of its own, against a server with these behaviours. */
function against(behaviours: readonly Behaviour[], use: (server: FaultyServer, data: string) => Promise<void>) {
  return withFolder((data) => withServer(behaviours, (server) => use(server, data)));
}

function expectWhole(data: string, bytes: Buffer = LOG): void {
  expect(leftovers(data)).toEqual(WHOLE);
  expect(readFileSync(join(data, "tiny", "log.tsv")).equals(bytes)).toBe(true);
}

describe("a download ends whole", () => {
  test("at the first attempt, with progress", () =>
    against([good(LOG)], async ({ url }, data) => {
      const seen: GetProgress[] = [];
      const receipt = await getTiny(datasetOf([url]), data, { onProgress: (progress) => seen.push(progress) });
      expect(receipt).toMatchObject({
        name: "tiny",
        source: url,
        bytes: LOG.length,
        members: { "log.tsv": LOG.length },
      });
      expect(receipt.sha256).toBe(digest("sha256", LOG));
      expect(seen.map(({ stage }) => stage)).toEqual(expect.arrayContaining(["download", "check", "unpack"]));
      expect(seen.filter(({ stage }) => stage === "download").at(-1)).toMatchObject({
        done: LOG.length,
        total: LOG.length,
      });
      expectWhole(data);
    }));

  test("after the connection broke off twice: it goes on where it stopped", () =>
    against([breaksOff(LOG, HALF), good(LOG)], async ({ url, asked }, data) => {
      await getTiny(datasetOf([url]), data);
      expect(asked).toHaveLength(2);
      expect(asked[1]).toMatchObject({ range: expect.stringMatching(/^bytes=[1-9]\d*-$/), ifRange: '"one"' });
      expectWhole(data);
    }));

  test("over two calls: the part stays for the second", () =>
    against([breaksOff(LOG, HALF), good(LOG)], async ({ url, asked }, data) => {
      const dataset = datasetOf([url]);
      await expect(getTiny(dataset, data, { attempts: 1 })).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
      expect(leftovers(data)).toEqual(PART);
      await getTiny(dataset, data);
      expect(asked[1].range).toMatch(/^bytes=[1-9]\d*-$/);
      expectWhole(data);
    }));

  test("when the server does not know ranges", () =>
    against([breaksOff(LOG, HALF), sends(LOG, { etag: '"one"' })], async ({ url }, data) => {
      await getTiny(datasetOf([url]), data);
      expectWhole(data);
    }));

  test("when the server has no ETag and no date: from the start", () =>
    against([breaksOff(LOG, HALF, ""), good(LOG)], async ({ url, asked }, data) => {
      await getTiny(datasetOf([url]), data);
      expect(asked[1].range).toBeUndefined();
      expectWhole(data);
    }));

  test("when the file changes between the parts: the new file, whole", () =>
    against([breaksOff(OTHER, HALF), good(LOG, '"two"')], async ({ url, asked }, data) => {
      await getTiny(datasetOf([url]), data);
      expect(asked[1].ifRange).toBe('"one"');
      expectWhole(data);
    }));

  test("when it changes under the same ETag: a part that does not fit is thrown away once", () =>
    against([breaksOff(OTHER, HALF), good(LOG)], async ({ url, asked }, data) => {
      const dataset = datasetOf([url]);
      await expect(getTiny(dataset, data, { attempts: 1 })).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
      await getTiny(dataset, data);
      expect(asked.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
      expectWhole(data);
    }));

  test.each<[string, Behaviour]>([
    ["another range than asked for", sends(LOG.subarray(5), { "content-range": `bytes 5-9/${LOG.length}` }, 206)],
    ["no range in the answer", sends(LOG.subarray(5), {}, 206)],
    ["status 416", status(416)],
  ])("after %s", (_, behaviour) =>
    against([breaksOff(LOG, HALF), behaviour, good(LOG)], async ({ url }, data) => {
      await getTiny(datasetOf([url]), data);
      expectWhole(data);
    }),
  );

  test("after status 500, 429 with a time, and 503", () =>
    against([status(500), status(429, { "retry-after": "0" }), good(LOG)], async ({ url, asked }, data) => {
      const reasons: string[] = [];
      await getTiny(datasetOf([url]), data, { onRetry: (reason) => reasons.push(reason) });
      expect(reasons).toEqual(["status 500", "status 429"]);
      expect(asked).toHaveLength(3);
      expectWhole(data);
    }));

  test("from a slow server that never pauses long", () => {
    const slow: Behaviour = (_, response) => {
      response.writeHead(200, { "content-length": LOG.length });
      const step = Math.ceil(LOG.length / 6);
      let at = 0;
      const timer = setInterval(() => {
        response.write(LOG.subarray(at, at + step));
        at += step;
        if (at < LOG.length) return;
        clearInterval(timer);
        response.end();
      }, 60);
    };
    return against([slow], async ({ url, asked }, data) => {
      await getTiny(datasetOf([url]), data, { idleMs: 1_500 });
      expect(asked).toHaveLength(1);
      expectWhole(data);
    });
  });

  test("from the second address, when the first has a wrong file or none", () =>
    against([status(404), sends(OTHER), good(LOG)], async ({ url, asked }, data) => {
      const receipt = await getTiny(datasetOf([`${url}/a`, `${url}/b`, `${url}/c`]), data);
      expect(receipt.source).toBe(`${url}/c`);
      expect(asked.map(({ path }) => path)).toEqual(["/data/a", "/data/b", "/data/c"]);
      expectWhole(data);
    }));

  test("over a redirect on the same host", () =>
    against([status(302, { location: "/elsewhere" }), good(LOG)], async ({ url, asked }, data) => {
      await getTiny(datasetOf([url]), data);
      expect(asked[1].path).toBe("/elsewhere");
      expectWhole(data);
    }));
});

describe("a download is refused, and nothing is left", () => {
  test.each<[string, string, Behaviour]>([
    ["a wrong checksum", "DATASET_CHANGED", sends(OTHER)],
    ["another length than published", "DOWNLOAD_REFUSED", sends(Buffer.concat([LOG, LOG]))],
    ["status 404", "DOWNLOAD_FAILED", status(404)],
    ["a web page", "DOWNLOAD_FAILED", sends("<html>sign in</html>", { "content-type": "text/html; charset=utf-8" })],
    ["packed bytes that nobody asked for", "DOWNLOAD_FAILED", sends(LOG, { "content-encoding": "gzip" })],
    ["a redirect to http elsewhere", "DOWNLOAD_REFUSED", status(302, { location: "http://example.org/data" })],
    ["a redirect to another port", "DOWNLOAD_REFUSED", status(307, { location: "http://127.0.0.1:9/data" })],
    ["a redirect to a file", "DOWNLOAD_REFUSED", status(301, { location: "file:///etc/hostname" })],
    ["a redirect with a password", "DOWNLOAD_REFUSED", status(301, { location: "https://a:b@example.org/" })],
    ["a redirect to no address", "DOWNLOAD_REFUSED", status(301, { location: "http://[" })],
    ["a redirect in a loop", "DOWNLOAD_REFUSED", status(302, { location: "/data" })],
  ])("%s", (_, code, behaviour) =>
    against([behaviour], async ({ url, asked }, data) => {
      await expect(getTiny(datasetOf([url]), data)).rejects.toMatchObject({ code });
      expect(asked.length).toBeLessThanOrEqual(6);
      expect(leftovers(data)).toEqual([]);
    }),
  );

  test("a length that is too short: the bytes do not fit the checksum", () => {
    const short: Behaviour = (_, response) =>
      void response.writeHead(200, { "content-length": HALF }).end(LOG.subarray(0, HALF));
    return against([short], async ({ url }, data) => {
      await expect(getTiny(datasetOf([url], about), data)).rejects.toMatchObject({ code: "DATASET_CHANGED" });
      expect(leftovers(data)).toEqual([]);
    });
  });

  test("more bytes than the bound, without a length", () => {
    const endless: Behaviour = (_, response) => {
      response.on("error", () => {});
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
      };
      response.on("drain", more);
      more();
    };
    return against([endless], async ({ url }, data) => {
      await expect(getTiny(datasetOf([url], about), data)).rejects.toMatchObject({ code: "DOWNLOAD_REFUSED" });
      expect(leftovers(data)).toEqual([]);
    });
  });

  test("all addresses fail: each is told", () =>
    against([status(404), sends(OTHER)], async ({ url }, data) => {
      const failed = getTiny(datasetOf([`${url}/a`, `${url}/b`]), data);
      await expect(failed).rejects.toMatchObject({ code: "DATASET_CHANGED", message: expect.stringContaining("/a") });
      expect(leftovers(data)).toEqual([]);
    }));
});

describe("a download fails, and its part stays", () => {
  test("a length that is too long", () => {
    const long: Behaviour = (_, response) => {
      response.writeHead(200, { "content-length": LOG.length + 99, etag: '"one"' });
      response.write(LOG, () => setTimeout(() => response.destroy(), 20));
    };
    return against([long], async ({ url }, data) => {
      await expect(getTiny(datasetOf([url], about), data)).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
      expect(leftovers(data)).toEqual(PART);
    });
  });

  test("a server that falls silent", () => {
    const silent: Behaviour = (_, response) => {
      response.writeHead(200, { "content-length": LOG.length, etag: '"one"' });
      response.write(LOG.subarray(0, HALF));
    };
    return against([silent], async ({ url }, data) => {
      const failed = getTiny(datasetOf([url]), data, { idleMs: 300, attempts: 1 });
      await expect(failed).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
      expect(leftovers(data)).toEqual(PART);
    });
  });

  test("a server that never answers, and one that is not there", async () => {
    await against([() => {}], async ({ url }, data) => {
      const failed = getTiny(datasetOf([url]), data, { idleMs: 300, attempts: 1 });
      await expect(failed).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
      expect(leftovers(data)).toEqual([]);
    });
    await withFolder(async (data) => {
      const gone = await withServer([good(LOG)], async ({ url }) => url);
      await expect(getTiny(datasetOf([gone]), data)).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
      expect(leftovers(data)).toEqual([]);
    });
  });

  test("an abort in the middle; the next call goes on", () =>
    against([breaksOff(LOG, HALF), good(LOG)], async ({ url, asked }, data) => {
      const dataset = datasetOf([url]);
      const controller = new AbortController();
      const onRetry = () => controller.abort();
      const failed = getTiny(dataset, data, { signal: controller.signal, onRetry });
      await expect(failed).rejects.toMatchObject({ name: "AbortError" });
      expect(leftovers(data)).toEqual(PART);
      await getTiny(dataset, data);
      expect(asked[1].range).toMatch(/^bytes=[1-9]\d*-$/);
      expectWhole(data);
    }));

  test("an abort while bytes come", () => {
    const controller = new AbortController();
    const slow: Behaviour = (_, response) => {
      response.writeHead(200, { "content-length": LOG.length, etag: '"one"' });
      response.write(LOG.subarray(0, HALF), () => setTimeout(() => controller.abort(), 100));
    };
    return against([slow], async ({ url }, data) => {
      const failed = getTiny(datasetOf([url]), data, { signal: controller.signal });
      await expect(failed).rejects.toMatchObject({ name: "AbortError" });
      expect(leftovers(data)).toEqual(PART);
    });
  });

  test("a full disk, before and while bytes come", () =>
    against([good(LOG)], async ({ url, asked }, data) => {
      const dataset = datasetOf([url]);
      const none = getTiny(dataset, data, { free: async () => 1000 });
      await expect(none).rejects.toMatchObject({ code: "DISK_FULL" });
      expect(leftovers(data)).toEqual([]);
      expect(asked).toHaveLength(1);
      const big = Buffer.alloc(40 * 2 ** 20, "a line of a log\n");
      let looks = 0;
      const free = async () => (++looks === 1 ? 2 ** 40 : 0);
      await withServer([good(big)], async ({ url: bigUrl }) => {
        const failed = getTiny(datasetOf([bigUrl], { size: { bytes: big.length, exact: true } }), data, { free });
        await expect(failed).rejects.toMatchObject({ code: "DISK_FULL" });
      });
      expect(leftovers(data)).toEqual(PART);
    }));
});

describe("proxies", () => {
  /** A proxy that counts the tunnels through it. */
  async function withProxy(use: (url: string, tunnels: string[]) => Promise<void>): Promise<void> {
    const tunnels: string[] = [];
    const proxy = createServer((client) => {
      client
        .on("error", () => {})
        .once("data", (head) => {
          const [, host, port] = /^CONNECT ([^:]+):(\d+)/.exec(head.toString()) ?? [];
          if (!host) return void client.end("HTTP/1.1 400 Bad Request\r\n\r\n");
          tunnels.push(`${host}:${port}`);
          const target = connect(Number(port), host, () => {
            client.write("HTTP/1.1 200 OK\r\n\r\n");
            client.pipe(target).pipe(client);
          });
          target.on("error", () => client.destroy());
          client.on("close", () => target.destroy());
        });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    try {
      await use(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels);
    } finally {
      await new Promise((resolve) => proxy.close(resolve));
    }
  }

  /** Sets variables of the environment for one test. */
  async function withEnvironment(values: Record<string, string>, use: () => Promise<void>): Promise<void> {
    const names = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) delete process.env[name];
    Object.assign(process.env, values);
    try {
      await use();
    } finally {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  }

  test.each([
    ["HTTP_PROXY is used", {}, 1],
    ["not for a host in NO_PROXY", { NO_PROXY: "127.0.0.1" }, 0],
  ])("%s", (_, more, expected) =>
    against([good(LOG)], ({ url, port }, data) =>
      withProxy((proxy, tunnels) =>
        withEnvironment({ HTTP_PROXY: proxy, ...more }, async () => {
          await getTiny(datasetOf([url]), data);
          expect(tunnels).toEqual(Array.from({ length: expected }, () => `127.0.0.1:${port}`));
          expectWhole(data);
        }),
      ),
    ),
  );
});

test("a data folder that is a file", () =>
  against([good(LOG)], async ({ url }, data) => {
    const file = join(data, "file");
    writeFileSync(file, "");
    await expect(getTiny(datasetOf([url]), file)).rejects.toMatchObject({ code: "FILE_WRITE_FAILED" });
  }));
