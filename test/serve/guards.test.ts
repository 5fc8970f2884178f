// What the service refuses, and what every reply carries.
import { expect, test } from "vitest";
import { SAFE_HEADERS } from "../../src/serve/index.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { type TestService, testService, writeServedRun } from "../support/served.js";

useEngine();

const TOKEN = "a-token-of-16-characters";

async function serving(options: Parameters<typeof testService>[2], work: (service: TestService) => Promise<void>) {
  await withFolder(async (runs) => {
    writeServedRun(runs, "a");
    const service = await testService(runs, "a", options);
    try {
      await work(service);
    } finally {
      await service.close();
    }
  });
}

const codeOf = async (reply: Response) => ((await reply.json()) as { error: { code: string } }).error.code;
const post = (body: string) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body });

test("without the token nothing but health is answered", async () => {
  await serving({ token: TOKEN }, async ({ ask }) => {
    for (const path of ["/v1/users/u/recommendations", "/v1/model", "/metrics", "/docs", "/openapi.json", "/none"]) {
      const reply = await ask(path);
      expect([path, reply.status, reply.headers.get("WWW-Authenticate")]).toEqual([path, 401, "Bearer"]);
      expect((await ask(path, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
      expect((await ask(path, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(
        path === "/none" ? 404 : 200,
      );
    }
    for (const path of ["/health", "/ready"]) expect((await ask(path)).status).toBe(200);
  });
});

test("a page in the browser of this machine may not ask", async () => {
  await serving({ loopbackPort: () => 80 }, async ({ ask }) => {
    const host = "127.0.0.1:80";
    expect((await ask("/v1/model", { headers: { host } })).status).toBe(200);
    expect((await ask("/v1/model", { headers: { host: "evil.test" } })).status).toBe(421);
    expect((await ask("/v1/model", { headers: { host, origin: "https://evil.test" } })).status).toBe(403);
    expect(
      (await ask("/v1/users/u1", { method: "DELETE", headers: { host, "sec-fetch-site": "cross-site" } })).status,
    ).toBe(403);
  });
});

test("more than the rate is sent away, and comes again", async () => {
  await serving({ rate: 5 }, async ({ ask }) => {
    const statuses = await Promise.all(Array.from({ length: 9 }, async () => (await ask("/v1/model")).status));
    expect(statuses.filter((status) => status === 200).length).toBe(5);
    const refused = await ask("/v1/model");
    expect([await codeOf(refused), refused.headers.get("Retry-After")]).toEqual(["TOO_MANY_REQUESTS", "1"]);
    expect((await ask("/health")).status).toBe(200);
  });
});

test("behind a proxy each client has a rate of its own, by the address that the proxy wrote", async () => {
  await serving({ rate: 2, behindProxy: true }, async ({ ask }) => {
    const from = (list: string) => ask("/v1/model", { headers: { "x-forwarded-for": list } });
    for (const n of [1, 2]) expect((await from(`9.9.9.${n}, 1.1.1.1`)).status).toBe(200);
    expect((await from("9.9.9.3, 1.1.1.1")).status).toBe(429);
    expect((await from("1.1.1.1, 2.2.2.2")).status).toBe(200);
  });
});

test("more at once than can be answered in time is sent away at once", async () => {
  await serving({ mostInFlight: 3 }, async ({ ask, list, state }) => {
    state.inFlight = 3;
    const refused = await ask("/v1/model");
    expect([refused.status, await codeOf(refused)]).toEqual([503, "OVERLOADED"]);
    expect((await ask("/health")).status).toBe(200);
    state.inFlight = 0;
    expect((await list("u1")).length).toBeGreaterThan(5);
  });
});

test("bad requests: one form, a code, and nothing of the inside", async () => {
  await serving({}, async ({ ask }) => {
    const cases: [string, RequestInit, number, string][] = [
      ["/v1/users/u/plays", post("{"), 400, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post(""), 400, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post('{"item":"i1","time":NaN}'), 400, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post('{"item":"i1","time":1e400}'), 422, "REQUEST_INVALID"],
      ["/v1/users/u/plays", { method: "POST", body: '{"item":"i1"}' }, 415, "CONTENT_TYPE_WRONG"],
      ["/v1/users/u/plays", { method: "POST" }, 415, "CONTENT_TYPE_WRONG"],
      ["/v1/users/u/plays", post('{"item":"i1","__proto__":{}}'), 422, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post('{"item":"i1","more":1}'), 422, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post('{"item":""}'), 422, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post('{"item":"i1","time":-1}'), 422, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post(`{"item":"i1","time":${Date.now() / 1000 + 1e6}}`), 422, "REQUEST_INVALID"],
      ["/v1/users/u/plays", post(`{"item":"${"x".repeat(20_000)}"}`), 413, "BODY_TOO_LARGE"],
      [`/v1/users/${"u".repeat(301)}/recommendations`, {}, 422, "REQUEST_INVALID"],
      ["/v1/users/u/recommendations?k=0", {}, 422, "REQUEST_INVALID"],
      ["/v1/users/u/recommendations?k=1e9", {}, 422, "REQUEST_INVALID"],
      ["/v1/users/u/recommendations?seen=maybe", {}, 422, "REQUEST_INVALID"],
      ["/v1/nothing", {}, 404, "NOT_FOUND"],
    ];
    for (const [path, init, status, code] of cases) {
      const reply = await ask(path, init as never);
      const name = `${path.slice(0, 50)} ${String(init.body ?? "").slice(0, 40)}`;
      expect([name, await codeOf(reply)]).toEqual([name, code]);
      if (status !== 400) expect([name, reply.status]).toEqual([name, status]);
      for (const [header, value] of Object.entries(SAFE_HEADERS)) expect(reply.headers.get(header)).toBe(value);
    }
  });
});

test("an error that nobody expected tells nothing to the client", async () => {
  const told: unknown[] = [];
  const failing = {
    swap: () => {
      throw new Error("/home/somebody/secret");
    },
    onUnexpected: (error: unknown) => told.push(error),
  };
  await serving(failing, async ({ ask }) => {
    const reply = await ask("/v1/model", post("{}"));
    expect(reply.status).toBe(500);
    expect(await reply.text()).not.toContain("secret");
    expect(told.length).toBe(1);
  });
});

test("metrics, OpenAPI and its page", async () => {
  await serving({}, async ({ ask, play, state }) => {
    await play("a listener", "i1");
    await ask("/v1/users/u1/recommendations");
    const metrics = await (await ask("/metrics")).text();
    expect(metrics).toContain('refrain_plays_total{result="new"} 1');
    expect(metrics).toMatch(
      /refrain_request_seconds_count\{route="\/v1\/users\/\{user\}\/plays",method="POST",status="200"\} 1/,
    );
    expect(metrics).not.toContain("a listener");
    const document = (await (await ask("/openapi.json")).json()) as { openapi: string; paths: object };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toContain("/v1/users/{user}/recommendations");
    const page = await (await ask("/docs")).text();
    expect(page).toContain("POST /v1/users/{user}/plays");
    expect(page).not.toContain("<script");
    state.isStopping = true;
    const ready = await ask("/ready");
    expect([ready.status, ready.headers.get("Connection")]).toEqual([503, "close"]);
  });
});
