// A log that is named by its address: the one thing that the app fetches.
import { expect, test, vi } from "vitest";
import { preview, summarise } from "../../app/engine/data.js";
import { configOf, issuesOf } from "../../app/server/configure.js";
import { withFolder } from "../support/cli.js";
import { good, withServer } from "../support/faulty-server.js";

test("a log at an address is checked, looked at and audited as one of this computer", async () => {
  const rows = Array.from({ length: 60 }, (_, n) => `u${n % 4},song ${n % 7},${1_700_000_000 + n * 60}`);
  const bytes = Buffer.from(`user,track,time\n${rows.join("\n")}\n`);
  await withFolder(async (folder) => {
    vi.stubEnv("REFRAIN_DATA", folder);
    await withServer([good(bytes)], async ({ url, asked }) => {
      const options = { data: { path: `${url}/plays.csv` } };
      expect(issuesOf("default", options)).toEqual([]);
      const config = configOf("default", options);
      expect(asked).toEqual([]); // options are checked without asking anybody
      // The page asks for both at once.
      const [seen, audit] = await Promise.all([preview(config, () => {}), summarise(config, () => {})]);
      expect(seen).toMatchObject({ count: 60, columns: ["user", "track", "time"] });
      expect(audit.rows).toBe(60);
      expect(new Set(asked.map(({ path }) => path))).toEqual(new Set(["/data/plays.csv"]));
    });
    vi.unstubAllEnvs();
  });
});
