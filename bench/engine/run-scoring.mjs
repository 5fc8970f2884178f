// npm run bench -- scoring: one user's next items after one more play, and all users ranked once their states are known.
import { join } from "node:path";
import { torchPython } from "../venv.mjs";
import { median, pause, spread } from "./statistics.mjs";
import { Worker } from "./worker.mjs";

const here = import.meta.dirname;
const sizes = [3416, 100_000, 1_000_000];
const [D, H] = [128, 128];

/** Times of one play by peer and size, and of ranking 6,040 users over 3,416 items. */
export async function compareScoring(rounds, keepMemory) {
  const python = torchPython();
  const workers = {
    refrain: new Worker(process.execPath, [join(here, "scoring.mjs")], { REFRAIN_ENGINE: "native", ...keepMemory }),
    ...(python && { "torch-best": new Worker(python, [join(here, "scoring-peer.py")], keepMemory) }),
  };
  const rows = [];
  try {
    for (const V of sizes) {
      const steps = Math.max(5, Math.round(2_000_000 / V));
      const times = Object.fromEntries(Object.keys(workers).map((name) => [name, []]));
      for (const worker of Object.values(workers)) {
        await worker.ask({ do: "prepare", V, D, H });
        await worker.ask({ do: "play", steps });
      }
      for (let round = 0; round < rounds; round++)
        for (const [name, worker] of Object.entries(workers)) {
          await pause();
          times[name].push((await worker.ask({ do: "play", steps })).ms);
        }
      rows.push({ V, times });
      console.log(`one more play, ${V.toLocaleString("en")} items:`);
      for (const [name, list] of Object.entries(times))
        console.log(`  ${name.padEnd(12)} ${median(list).toFixed(3)} ms ${spread(list, 3)}`);
    }
    await workers.refrain.ask({ do: "prepare", V: 3416, D, H });
    const ranking = [];
    for (let round = 0; round <= rounds; round++)
      ranking.push((await workers.refrain.ask({ do: "rank", users: 6040 })).ms);
    console.log(
      `6,040 users ranked over 3,416 items: ${median(ranking.slice(1)).toFixed(0)} ms ${spread(ranking.slice(1))}`,
    );
    return { rows, ranking: ranking.slice(1), D, H };
  } finally {
    for (const worker of Object.values(workers)) worker.end();
  }
}
