// A worker whose trials are units of 15 ms. What it did is in files, as checkpoints are: `done` of a trial, and a line a unit.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../dist/core/files.js";
import { workOnQueue } from "../../dist/tune/workers/queue-worker.js";

const [url, folder, lease] = process.argv.slice(2);
await workOnQueue({
  url,
  lease: Number(lease),
  objectiveOf:
    () =>
    async ({ trial, options, to }, { tell }) => {
      const path = join(folder, `trial-${trial}`);
      let done = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
      while (done < to) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        done++;
        appendFileSync(join(folder, "log"), `${trial}/${done}\n`);
        writeFileAtomic(path, String(done));
        tell({ units: done });
      }
      return { value: options.x + to / 1000, seconds: 0.015 };
    },
});
