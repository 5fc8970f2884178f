// bench/SERVE.md from what was measured.
import { writeFileSync } from "node:fs";

export function writeServe(path, results, cases, { items, users, active, processor, cores }) {
  const all = Object.entries(results);
  if (all.length === 0) return;
  const rows = all.map(([key, r]) => {
    const [store, name] = key.split(" ");
    const { latency: l, codes } = r;
    const other = Object.entries(codes).filter(([code]) => code !== "200");
    const refused = other.map(([code, n]) => `${n.toLocaleString("en-US")} × ${code}`).join(", ") || "none";
    return `| ${store} | ${cases[name].what} | ${Math.round((codes[200] ?? 0) / r.seconds).toLocaleString("en-US")} | ${l.p50} | ${l.p90} | ${l.p99} | ${l.max} | ${refused} | ${r.errors + r.timeouts} | ${r.cpu.toFixed(2)} | ${r.memory.toFixed(2)} | ${r.batches.toFixed(1)} |`;
  });
  const cold = all
    .map(([key, { cold: c }]) => [key.split(" ")[0], c])
    .filter(([store], n, list) => list.findIndex(([other]) => other === store) === n);
  const swaps = all.filter(([, r]) => r.swaps > 0);
  const [, first] = all[0];
  writeFileSync(
    path,
    `# \`refrain serve\` under load

Made by \`npm run bench -- serve\` on ${first.at}. Machine: ${processor}, ${cores} cores, which the server and the load share;
engine ${first.engine}. Load: autocannon. A request is for one of ${active.toLocaleString("en-US")} listeners, drawn anew: nine of ten ask for a list of ten, one of ten sends a
play, which is durable when it is answered. Model: ${items.toLocaleString("en-US")} items and ${users.toLocaleString("en-US")} listeners as in MovieLens 1M,
default preset, weights as they start (what a request costs does not depend on them). Times in milliseconds, whole ones, as the client
sees them, with their states in memory; where a rate is given, autocannon sends each second's share as soon as its
connections are free, and corrects times for requests that came late (coordinated omission).

| store | load | answered with 200 a second | p50 | p90 | p99 | longest | refused | errors, time-outs | cores used by the server | peak memory, GB | lists in a batch, mean |
|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}

First answers: 100 listeners one after another, no state in memory, so each is made in one pass over up to two training windows.

| store | p50 | p99 |
|---|---|---|
${cold.map(([store, c]) => `| ${store} | ${c.p50.toFixed(1)} ms | ${c.p99.toFixed(1)} ms |`).join("\n")}
${swaps.map(([key, r]) => `\n${key.split(" ")[0]}: ${r.swaps} model was put in place while 1,000 requests a second were sent; ${r.errors + r.timeouts} of ${r.total.toLocaleString("en-US")} requests were dropped.`).join("")}

More than it can answer is refused with 503 as soon as 1,000 requests are being answered, so that those are answered in time.
Nothing acknowledged is lost by \`kill -9\`, a full disk, slow clients or a stop under load: \`test/full/serve-faults.test.ts\`.
`,
  );
}
