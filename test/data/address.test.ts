// Logs at addresses: a server like S3 that checks signatures, breaks off, refuses and changes its mind.
import { createHash, createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { fetchAddress, isAddress, keptCopies } from "../../src/data/registry/index.js";
import { writeNote } from "../../src/data/registry/part.js";
import { runConfig } from "../../src/recipes/config.js";
import { labelsOf, prepare, readSource } from "../../src/recipes/index.js";
import { fromShared } from "../../src/recipes/tune/shared.js";
import { withFolder } from "../support/cli.js";
import * as faulty from "../support/faulty-server.js";
import { LOG } from "./registry-helpers.js";

const KEY = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const QUICK = { backoffMs: 1, attempts: 3, idleMs: 2_000 };

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** The signature that a request must have, computed from the description of Signature Version 4 and not by the library. */
function signatureOf(request: IncomingMessage, region: string): string {
  const { authorization = "", host } = request.headers;
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1].split(";") ?? [];
  const headerOf = (name: string) => (name === "host" ? host : request.headers[name]);
  const canonical = [
    "GET",
    request.url?.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
    "",
    ...names.map((name) => `${name}:${headerOf(name)}`),
    "",
    names.join(";"),
    request.headers["x-amz-content-sha256"],
  ].join("\n");
  const date = String(request.headers["x-amz-date"]);
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const key = ["s3", "aws4_request"].reduce<Buffer>(
    (last, part) => hmac(last, part),
    hmac(hmac(`AWS4${KEY.AWS_SECRET_ACCESS_KEY}`, date.slice(0, 8)), region),
  );
  return hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha(canonical)}`).toString("hex");
}

/** Answers what is signed as it must be. */
function guarded(then: faulty.Behaviour, region = "us-east-1"): faulty.Behaviour {
  return (request, response) => {
    const given = /Signature=([0-9a-f]+)/.exec(request.headers.authorization ?? "")?.[1];
    if (given === signatureOf(request, region)) return then(request, response);
    const code = given ? "SignatureDoesNotMatch" : "AccessDenied";
    response.writeHead(403, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);
  };
}

/** As `good`, for who has the file already. */
function conditional(bytes: Buffer, etag: string): faulty.Behaviour {
  return (request, response) =>
    request.headers["if-none-match"] === etag
      ? void response.writeHead(304, { etag }).end()
      : faulty.good(bytes, etag)(request, response);
}

interface Bench {
  readonly server: faulty.FaultyServer;
  readonly data: string;
  /** Fetches an address with an environment. */
  readonly fetch: (address: string, environment?: NodeJS.ProcessEnv, more?: object) => Promise<string>;
}

function against(behaviours: readonly faulty.Behaviour[], use: (bench: Bench) => Promise<void>): Promise<void> {
  return withFolder((data) =>
    faulty.withServer(behaviours, (server) => {
      const endpoint = { AWS_ENDPOINT_URL: new URL(server.url).origin };
      const fetch: Bench["fetch"] = (address, environment = KEY, more = {}) =>
        fetchAddress(address, { data, environment: { ...endpoint, ...environment }, ...QUICK, ...more });
      return use({ server, data, fetch });
    }),
  );
}

/** Files that are left but the note of an interrupted part. */
function left(data: string): string[] {
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

describe("an object of S3", () => {
  test("is asked for with the right signature, whatever its name is, and kept under its own", () =>
    against([guarded(faulty.good(LOG), "eu-west-3")], async ({ server, data, fetch }) => {
      const path = await fetch("s3://music/logs 2024/été+(1)'s.tsv", { ...KEY, AWS_REGION: "eu-west-3" });
      expect(server.asked[0].path).toBe("/music/logs%202024/%C3%A9t%C3%A9%2B(1)'s.tsv");
      expect(path.startsWith(data)).toBe(true);
      expect(path).toMatch(/été_1_s\.tsv$/);
      expect(readFileSync(path).equals(LOG)).toBe(true);
      expect(left(data)).toEqual([".address.json", path.split("/").at(-1)].sort());
    }));

  test("goes on where the connection broke off, signed anew", () =>
    against([guarded(faulty.breaksOff(LOG, LOG.length >> 1)), guarded(faulty.good(LOG))], async ({ server, fetch }) => {
      const path = await fetch("s3://music/plays.tsv");
      expect(server.asked[1]).toMatchObject({ range: expect.stringMatching(/^bytes=[1-9]\d*-$/), ifRange: '"one"' });
      expect(readFileSync(path).equals(LOG)).toBe(true);
    }));

  test("is not sent again while it is the same, and is when it has changed", () => {
    const other = Buffer.from(LOG.toString().replaceAll("u1", "v1"));
    const first = guarded(conditional(LOG, '"one"'));
    return against([first, first, guarded(conditional(other, '"two"'))], async ({ server, data, fetch }) => {
      const path = await fetch("s3://music/plays.tsv");
      expect(await fetch("s3://music/plays.tsv")).toBe(path);
      expect(readFileSync(path).equals(LOG)).toBe(true);
      expect(keptCopies("s3://music/plays.tsv", data)).toEqual([path]);
      const newer = await fetch("s3://music/plays.tsv");
      // Somebody may be reading the one before.
      expect([readFileSync(newer), readFileSync(path)].map((bytes) => bytes.equals(other))).toEqual([true, false]);
      expect(keptCopies("s3://music/plays.tsv", data)).toEqual([newer, path]);
      expect(server.asked).toHaveLength(3);
      expect(keptCopies("s3://music/other.tsv", data)).toEqual([]);
    });
  });

  test("of each address two copies stay, and eight of all", () => {
    let number = 0;
    const changing: faulty.Behaviour = (request, response) => faulty.good(LOG, `"${number++}"`)(request, response);
    return against([changing], async ({ data, fetch }) => {
      const fetchOld = async (name: string) => {
        const path = await fetch(`s3://music/${name}`);
        utimesSync(dirname(path), number, number);
        return path;
      };
      const one = [await fetchOld("0"), await fetchOld("0"), await fetchOld("0")];
      expect(one.map(existsSync)).toEqual([false, true, true]);
      for (let name = 1; name <= 7; name++) await fetchOld(String(name));
      expect(one.map(existsSync)).toEqual([false, false, true]);
      expect(left(data).filter((name) => /^\d$/.test(name))).toHaveLength(8);
    });
  });

  test("that a killed process had whole is asked for again, and taken where it is the same", () => {
    const other = Buffer.from(LOG.toString().replaceAll("u1", "v1"));
    return against(
      [conditional(LOG, '"one"'), conditional(LOG, '"one"'), conditional(other, '"two"')],
      async (bench) => {
        const { server, data, fetch } = bench;
        const path = await fetch("s3://music/plays.tsv");
        const part = join(data, ".state", `${basename(dirname(path)).replace(/-[^-]+$/, "")}.part`);
        for (const expected of [LOG, other]) {
          writeFileSync(part, LOG);
          writeNote(part, { url: `${new URL(server.url).origin}/music/plays.tsv`, validator: '"one"', complete: true });
          expect(readFileSync(await fetch("s3://music/plays.tsv")).equals(expected)).toBe(true);
          expect(existsSync(part)).toBe(false);
        }
        expect(server.asked).toHaveLength(3);
      },
    );
  });

  test("in a folder that cannot be made is one clear error", () =>
    withFolder(async (folder) => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      const fetched = fetchAddress("https://example.org/a", { data: join(file, "data") });
      await expect(fetched).rejects.toMatchObject({ code: "FILE_WRITE_FAILED" });
    }));

  test("of a service whose address has no scheme is refused before anything is asked", async () => {
    const environment = { AWS_ENDPOINT_URL: "localhost:9000" };
    await expect(fetchAddress("s3://music/a", { data: "/nowhere", environment })).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
      message: expect.stringContaining("localhost:9000"),
    });
  });

  test("is fetched once where several want it at the same time", () =>
    against([guarded(conditional(LOG, '"one"'))], async ({ server, fetch }) => {
      const [one, other] = await Promise.all([fetch("s3://music/plays.tsv"), fetch("s3://music/plays.tsv")]);
      expect([one, readFileSync(other).equals(LOG)]).toEqual([other, true]);
      expect(server.asked).toHaveLength(2); // the second is told that it has not changed
    }));

  test.each([
    [
      "a wrong secret",
      guarded(faulty.good(LOG)),
      { ...KEY, AWS_SECRET_ACCESS_KEY: "wrong" },
      /secret is wrong \(status 403, SignatureDoesNotMatch\)/,
    ],
    [
      "no key",
      guarded(faulty.good(LOG)),
      {},
      /no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \(status 403, AccessDenied\)/,
    ],
    [
      "no such object",
      faulty.sends("<Error><Code>NoSuchKey</Code></Error>", {}, 404),
      KEY,
      /no such object \(status 404, NoSuchKey\)/,
    ],
    [
      "another region",
      faulty.status(301, { "x-amz-bucket-region": "eu-north-1", location: "https://example.org/" }),
      KEY,
      /in the region eu-north-1, and us-east-1 was asked/,
    ],
    ["a redirect", faulty.status(302, { location: "https://example.org/" }), KEY, /refused \(status 302\)/],
  ])("%s is one clear line, asked once, and leaves nothing", (_, behaviour, environment, message) =>
    against([behaviour], async ({ server, data, fetch }) => {
      await expect(fetch("s3://music/plays.tsv", environment)).rejects.toMatchObject({
        code: "ADDRESS_REFUSED",
        message: expect.stringMatching(message),
      });
      expect(server.asked).toHaveLength(1);
      expect(left(data)).toEqual([]);
    }),
  );

  test("a service that is busy is asked again, and given up at last", () =>
    against([faulty.status(503)], async ({ server, fetch }) => {
      await expect(fetch("s3://music/plays.tsv")).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
      expect(server.asked).toHaveLength(3);
    }));

  test("more than the bound is refused and removed", () =>
    against([guarded(faulty.good(LOG))], async ({ data, fetch }) => {
      const most = { mostBytes: LOG.length - 1 };
      await expect(fetch("s3://music/plays.tsv", KEY, most)).rejects.toMatchObject({ code: "DOWNLOAD_REFUSED" });
      expect(left(data)).toEqual([]);
    }));

  test("an address without an object, of another scheme, or with a password, is refused before anything is asked", async () => {
    for (const address of [
      "s3://music",
      "s3://music/",
      "s3://music/a/",
      "s3://music/../b",
      "s3:///a",
      "http://example.org/a",
      "https://a:b@example.org/c",
    ])
      await expect(fetchAddress(address, { data: "/nowhere" })).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    expect([isAddress("S3://a/b"), isAddress("https://a/b"), isAddress("plays.csv"), isAddress("ml-1m")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test.each([
  ["100%.csv", "100_.csv"],
  ["%C0%B6.csv.gz", "_C0_B6.csv.gz"],
  ["address.json", "address.json"],
  [".address.json", "address.json"],
])("an address that ends with %s is kept as %s", (name, kept) =>
  against([conditional(LOG, '"one"')], async ({ server, fetch }) => {
    const path = await fetch(`${server.url}/${name}`);
    expect(basename(path)).toBe(kept);
    expect(readFileSync(path).equals(LOG)).toBe(true);
    expect(await fetch(`${server.url}/${name}`)).toBe(path);
    expect(server.asked).toHaveLength(2);
  }),
);

test("attributes at an address are read by training and by evaluation", () => {
  const table = `item,artist\n${Array.from({ length: 300 }, (_, n) => `i${n},a${n % 5}`).join("\n")}\n`;
  const log = `user,item,time\n${LOG.toString().replaceAll("\t", ",")}`;
  return against([faulty.sends(log), faulty.sends(table)], async ({ server, data }) => {
    vi.stubEnv("REFRAIN_DATA", data);
    try {
      const [path, attributes] = [`${server.url}/plays.csv`, `${server.url}/items.csv`];
      const config = runConfig({
        data: { path, attributes },
        model: { attributes: "artist" },
        cleaning: { maximumPlaysPerDay: 0 },
      });
      const prepared = await prepare(config);
      expect(prepared.attributes).toMatchObject([{ name: "artist" }]);
      expect(new Set((await labelsOf(config, prepared.histories)).artists).size).toBeGreaterThan(4);
      // Whoever may write to a queue cannot have a worker ask for anything.
      const asked = server.asked.length;
      await expect(fromShared(config, data)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
      expect(server.asked).toHaveLength(asked);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test("a run reads its log from an address, packed or said to be", () =>
  against([faulty.sends(gzipSync(LOG), { "content-encoding": "gzip", etag: '"z"' })], async ({ server, data }) => {
    process.env.REFRAIN_DATA = data;
    try {
      const config = runConfig({ data: { path: `${server.url}/plays.tsv.gz` } });
      const { raw, paths } = await readSource(config);
      expect(raw.lines).toHaveLength(20_000);
      expect(existsSync(paths[0])).toBe(true);
      expect(paths[0].startsWith(join(data, "address-"))).toBe(true);
      const gone = runConfig({ data: { path: server.url.replace(/^http:/, "s3:") } });
      await expect(readSource(gone)).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    } finally {
      delete process.env.REFRAIN_DATA;
    }
  }));
