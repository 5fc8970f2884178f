// How far a log at an address is, while it comes.
import { afterEach, expect, test, vi } from "vitest";
import { runConfig } from "../../src/recipes/index.js";
import { preparing } from "../../src/recipes/prepare.js";
import { telling } from "../../src/recipes/telling.js";
import { withFolder } from "../support/cli.js";
import { breaksOff, good, withServer } from "../support/faulty-server.js";
import { refrainIn } from "../support/refrain.js";

const LOG = Buffer.from(
  Array.from(
    { length: 20_000 },
    (_, n) => `u${n % 50}\ti${n % 300}\t${1_600_000_000 + n * 600 + ((n * n) % 577)}\n`,
  ).join(""),
);
const SIZE = (LOG.length / 1e6).toFixed(1);
const isTerminal = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");

afterEach(() => {
  vi.unstubAllEnvs();
  Object.defineProperty(process.stderr, "isTTY", isTerminal ?? { value: undefined, configurable: true });
});

/** What `refrain … ADDRESS` writes for an address that is not fetched yet. */
function fetched(isTTY: boolean, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return withFolder((folder) =>
    withServer([good(LOG)], async ({ url }) => {
      vi.stubEnv("REFRAIN_DATA", folder);
      Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true });
      const { code, stdout, stderr } = await refrainIn(folder, ...args, `${url}/plays.tsv`);
      expect([code, stdout.length > 100]).toEqual([0, true]);
      return { stdout, stderr };
    }),
  );
}

test.each(["audit", "describe"])("`data %s` shows it on a terminal alone, and never with --json", async (command) => {
  const args = ["data", command];
  expect((await fetched(true, ...args)).stderr).toContain(`downloading ${SIZE} of ${SIZE} MB`);
  expect((await fetched(false, ...args)).stderr).toBe("");
  expect(JSON.parse((await fetched(true, "--json", ...args)).stdout)).toBeTypeOf("object");
});

test("a run tells bytes, total and time left before it is prepared, also after a break", () =>
  withFolder((folder) =>
    withServer([breaksOff(LOG, LOG.length >> 1), good(LOG)], async ({ url }) => {
      vi.stubEnv("REFRAIN_DATA", folder);
      const config = runConfig({ data: { path: `${url}/plays.tsv` } });
      const events = preparing(config);
      const told: { done: number; total: number | null }[] = [];
      let next = await events.next();
      for (; !next.done; next = await events.next()) {
        expect(next.value).toMatchObject({ type: "fetching", stage: "download" });
        told.push(next.value);
      }
      expect(next.value.report.read).toBe(20_000);
      expect(told.at(-1)).toMatchObject({ done: LOG.length, total: LOG.length });
      expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
    }),
  ));

test("what a work tells comes one by one, the newest of several, and its end and its error come through", async () => {
  const seen: number[] = [];
  const work = telling<number, string>(async (tell) => {
    for (const value of [1, 2, 3]) tell(value);
    await new Promise((resolve) => setTimeout(resolve, 20));
    tell(4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return "done";
  });
  let next = await work.next();
  for (; !next.done; next = await work.next()) seen.push(next.value);
  expect([seen, next.value]).toEqual([[3, 4], "done"]);
  await expect(telling(() => Promise.reject(new Error("no"))).next()).rejects.toThrow("no");
});
