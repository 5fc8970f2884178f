import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Bounds in seconds: a play or a list takes about a millisecond, and 20 ms is the aim for the slowest of a hundred. */
const SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What a server counts, for Prometheus. No label holds a user or an item. */
export class ServerMetrics {
  readonly registry: Registry = new Registry();
  readonly #requests: Histogram<"route" | "method" | "status">;
  readonly #refused: Counter<"code">;
  readonly #plays: Counter<"result">;
  readonly #lookups: Counter<"state">;
  readonly #batches: Histogram;
  readonly #scoring: Histogram;
  readonly #swaps: Counter;
  readonly #model: Gauge<"run" | "fingerprint">;

  /** @param states how many states are in memory @param inFlight requests that are being answered */
  constructor(states: () => number, inFlight: () => number) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: "refrain_request_seconds",
      help: "Time from a request's head to its answer",
      labelNames: ["route", "method", "status"],
      buckets: SECONDS,
      registers,
    });
    this.#refused = new Counter({
      name: "refrain_refused_total",
      help: "Requests that were refused, by code",
      labelNames: ["code"],
      registers,
    });
    this.#plays = new Counter({
      name: "refrain_plays_total",
      help: "Plays that were acknowledged: new, repeated, or of an item that the model does not know",
      labelNames: ["result"],
      registers,
    });
    this.#lookups = new Counter({
      name: "refrain_state_lookups_total",
      help: "States asked for, by whether they were in memory",
      labelNames: ["state"],
      registers,
    });
    this.#batches = new Histogram({
      name: "refrain_batch_rows",
      help: "Lists that were scored together",
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    });
    this.#scoring = new Histogram({
      name: "refrain_scoring_seconds",
      help: "Time to score one batch",
      buckets: SECONDS,
      registers,
    });
    this.#swaps = new Counter({
      name: "refrain_model_swaps_total",
      help: "Models put in place while running",
      registers,
    });
    this.#model = new Gauge({
      name: "refrain_model_info",
      help: "The model that answers: 1",
      labelNames: ["run", "fingerprint"],
      registers,
    });
    new Gauge({
      name: "refrain_states",
      help: "States in memory",
      registers,
      collect() {
        this.set(states());
      },
    });
    new Gauge({
      name: "refrain_requests_in_flight",
      help: "Requests that are being answered",
      registers,
      collect() {
        this.set(inFlight());
      },
    });
  }

  request(route: string, method: string, status: number, seconds: number): void {
    this.#requests.observe({ route, method, status: String(status) }, seconds);
  }

  refused(code: string): void {
    this.#refused.inc({ code });
  }

  play(result: "new" | "repeated" | "unknown"): void {
    this.#plays.inc({ result });
  }

  lookup(inMemory: boolean): void {
    this.#lookups.inc({ state: inMemory ? "memory" : "made" });
  }

  batch(rows: number, seconds: number): void {
    this.#batches.observe(rows);
    this.#scoring.observe(seconds);
  }

  model(run: string, fingerprint: string, isSwap: boolean): void {
    this.#model.reset();
    this.#model.set({ run, fingerprint: fingerprint.slice(0, 12) }, 1);
    if (isSwap) this.#swaps.inc();
  }
}
