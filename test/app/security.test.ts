// Who may talk to the app's server: rules, and the same over whole requests.
import { describe, expect, test } from "vitest";
import { parseSafely, refusalOf, SAFE_HEADERS } from "../../src/serve/http/guard.js";
import { HOST, TOKEN, testApp } from "../support/app.js";
import { withFolder } from "../support/cli.js";

const good = { host: HOST, authorization: `Bearer ${TOKEN}` };

describe("refusalOf", () => {
  test.each<[string, string, Record<string, string | undefined>, number | null]>([
    ["the page itself", "/api/runs", good, null],
    ["the page by the name localhost", "/api/runs", { ...good, host: "localhost:4321" }, null],
    ["its own origin", "/api/runs", { ...good, origin: `http://${HOST}`, "sec-fetch-site": "same-origin" }, null],
    ["a file of the page without a token", "/", { host: HOST }, null],
    ["a name that was rebound to this machine", "/", { ...good, host: "evil.test:4321" }, 421],
    ["another port as host", "/", { ...good, host: "127.0.0.1:80" }, 421],
    ["a host that only begins like ours", "/", { ...good, host: `${HOST}.evil.test` }, 421],
    ["no host", "/", { ...good, host: undefined }, 421],
    ["a foreign origin", "/api/runs", { ...good, origin: "https://evil.test" }, 403],
    ["another local port", "/api/runs", { ...good, origin: "http://127.0.0.1:4322" }, 403],
    ["a sandboxed frame", "/api/runs", { ...good, origin: "null" }, 403],
    ["a page of another site that sends no origin", "/", { ...good, "sec-fetch-site": "cross-site" }, 403],
    ["another local port without origin", "/", { ...good, "sec-fetch-site": "same-site" }, 403],
    ["no token", "/api/runs", { host: HOST }, 401],
    ["a guessed token", "/api/runs", { ...good, authorization: "Bearer guess" }, 401],
    ["a token of the right length", "/api/runs", { ...good, authorization: `Bearer ${"x".repeat(TOKEN.length)}` }, 401],
    ["a token without its scheme", "/api/runs", { ...good, authorization: TOKEN }, 401],
    ["the bare path of the API", "/api", { host: HOST }, 401],
  ])("%s", (_, path, headers, status) => {
    const refusal = refusalOf({ method: "GET", path, header: (name) => headers[name] }, 4321, TOKEN);
    expect(refusal?.status ?? null).toBe(status);
  });
});

test("keys that reach a prototype are refused, however they are spelled, and harmless ones are not", () => {
  for (const text of [
    '{"__proto__":{}}',
    '{"a":[{"\\u005f_proto__":1}]}',
    '{"constructor":1}',
    '{"a":{"prototype":1}}',
  ])
    expect(() => parseSafely(text)).toThrow(SyntaxError);
  expect(parseSafely('{"title":"__proto__","list":["constructor"]}')).toEqual({
    title: "__proto__",
    list: ["constructor"],
  });
});

test("whole requests: refusals have one form, and every reply the safe headers", async () => {
  await withFolder(async (folder) => {
    const { ask, post } = testApp(folder);
    const refused = await ask("/api/runs", { headers: { authorization: "Bearer guess" } });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: { code: "TOKEN_WRONG" } });
    for (const reply of [refused, await ask("/"), await ask("/nothing")])
      for (const [name, value] of Object.entries(SAFE_HEADERS)) expect(reply.headers.get(name)).toBe(value);
    expect(refused.headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect((await ask("/", { headers: { host: "evil.test:4321" } })).status).toBe(421);
    expect((await ask("/api/runs", { headers: { origin: "https://evil.test" } })).status).toBe(403);
    expect((await post("/api/config", '{"options":{"__proto__":{"train":1}}}')).status).toBe(422);
    expect(({} as Record<string, unknown>).train).toBeUndefined();
  });
});

test("no path leads out of the page's files or the folder of the runs", async () => {
  await withFolder(async (folder) => {
    const { ask } = testApp(folder);
    for (const path of [
      "/../package.json",
      "/..%2f..%2fpackage.json",
      "/%2e%2e/package.json",
      "/.uploads/x",
      "//etc/passwd",
    ])
      expect((await ask(path)).status).toBe(404);
    for (const run of ["..%2f..", "%2e%2e", "..%5c..", ".", "a%00b", "__proto__", "constructor"]) {
      const reply = await ask(`/api/runs/${run}`);
      expect(reply.status).toBe(404);
      expect(await reply.json()).toMatchObject({ error: { code: expect.stringMatching(/^(RUN_)?NOT_FOUND$/) } });
    }
  });
});

test("what does not say that it is JSON is refused on every route, and so are empty bodies", async () => {
  await withFolder(async (folder) => {
    const { ask, post } = testApp(folder);
    const { paths } = (await (await ask("/api/openapi.json")).json()) as { paths: Record<string, object> };
    const posts = Object.keys(paths).filter((path) => "post" in paths[path] && path !== "/api/data/upload");
    expect(posts.length).toBeGreaterThan(10);
    for (const path of posts) {
      for (const headers of [{}, { "content-type": "text/plain" }] as Record<string, string>[]) {
        const reply = await ask(path.replace("{run}", "x"), { method: "POST", body: "{}", headers });
        expect([path, reply.status]).toEqual([path, 415]);
        expect(await reply.json()).toMatchObject({ error: { code: "CONTENT_TYPE_WRONG" } });
      }
      expect((await post(path.replace("{run}", "x"), "")).status).toBe(422);
    }
  });
});

test("a body that is too long, or no JSON, is refused", async () => {
  await withFolder(async (folder) => {
    const { post } = testApp(folder);
    const long = await post("/api/config", JSON.stringify({ options: { name: "x".repeat(2 ** 21) } }));
    expect(long.status).toBe(413);
    expect(await long.json()).toMatchObject({ error: { code: "BODY_TOO_LARGE" } });
    expect((await post("/api/config", "{")).status).toBe(422);
    expect((await post("/api/config", '{"preset":5}')).status).toBe(422);
    expect((await post("/api/config", '{"other":5}')).status).toBe(422);
  });
});
