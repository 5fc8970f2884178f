// The load as a process of its own: node load.mjs '{"url":…,"connections":…,"seconds":…,"rate":…}' prints one JSON line.
import autocannon from "autocannon";
import { ACTIVE, ITEMS } from "./sizes.mjs";

const { url, connections, seconds, rate, plays = 0.1, vary = false } = JSON.parse(process.argv[2]);
let turn = 0;
const random = (n) => 1 + Math.floor(Math.random() * n);
const codes = {};

const instance = autocannon({
  url,
  connections,
  duration: seconds,
  ...(rate ? { overallRate: rate } : {}),
  requests: [
    {
      setupRequest(request) {
        const user = `u${random(ACTIVE)}`;
        if (++turn % Math.round(1 / plays) !== 0)
          return {
            ...request,
            method: "GET",
            path: `/v1/users/${user}/recommendations?k=${vary ? 4 + random(12) : 10}`,
            body: undefined,
          };
        const body = JSON.stringify({ item: `i${random(ITEMS)}` });
        return {
          ...request,
          method: "POST",
          path: `/v1/users/${user}/plays`,
          headers: { "content-type": "application/json" },
          body,
        };
      },
      onResponse(status) {
        codes[status] = (codes[status] ?? 0) + 1;
      },
    },
  ],
});
const result = await instance;
const { latency, requests, errors, timeouts } = result;
const pick = ({ p50, p90, p99, p99_9, max }) => ({ p50, p90, p99, p999: p99_9, max });
console.log(
  JSON.stringify({
    connections,
    rate,
    seconds: result.duration,
    total: requests.total,
    perSecond: requests.total / result.duration,
    latency: pick(latency),
    codes,
    errors,
    timeouts,
  }),
);
