// Whether the lists of a server look at every item or walk through a graph, which takes over as soon as it is built.
import { RefrainError } from "../core/errors.js";
import { approximateFinder, approximateProblem, LARGEST_EXACT, recallOf } from "../deploy/index.js";
import type { FindItems } from "../model/index.js";
import type { LiveModel, ServedModel } from "./served-model.js";

export const SEARCHES = ["auto", "exact", "approximate"] as const;
export type SearchName = (typeof SEARCHES)[number];

/** How a model's items are searched, and why. */
export interface SearchChoice {
  readonly isExact: boolean;
  /** asked: by its name; size: the number of items decided; library: it would be approximate, but the library is not there. */
  readonly reason: "asked" | "size" | "library";
  readonly items: number;
  /** Number of items up to which "auto" looks at all of them. */
  readonly most: number;
  /** What is wrong with the library. */
  readonly problem?: string;
}

/** What became of a graph. */
export interface GraphNews {
  /** Run of its model. */
  readonly run: string;
  /** Seconds that it took. */
  readonly seconds: number;
  /** How much of the exact lists it finds; absent where it could not be built. */
  readonly recall?: ListRecall;
  readonly error?: unknown;
}

/** Mean share of the exact lists that are found. */
export interface ListRecall {
  readonly share: number;
  readonly listeners: number;
  /** Length of the lists. */
  readonly k: number;
}

/** Points that are placed while requests wait: some milliseconds, where a graph of millions takes longest. */
const AT_ONCE = 16;
const RECALL_AT = 100;
const RECALL_LISTENERS = 20;

/**
 * Exact search up to 1 million items and approximate beyond, unless one of them is asked for.
 *
 * @throws {RefrainError} SEARCH_UNAVAILABLE where approximate search is asked for and its library is not there
 */
export function chosenSearch(
  wanted: SearchName,
  items: number,
  problemOf: () => RefrainError | undefined = approximateProblem,
): SearchChoice {
  const about = { items, most: LARGEST_EXACT };
  if (wanted === "exact") return { isExact: true, reason: "asked", ...about };
  if (wanted === "auto" && items <= LARGEST_EXACT) return { isExact: true, reason: "size", ...about };
  const problem = problemOf();
  if (wanted === "auto" && problem) return { isExact: true, reason: "library", problem: problem.message, ...about };
  if (problem) throw problem;
  return { isExact: false, reason: wanted === "auto" ? "size" : "asked", ...about };
}

/** Gives each model that is put in place its search. Every item is looked at until a graph is built, so nobody waits for one. */
export class ItemSearches {
  readonly #wanted: SearchName;
  readonly #onGraph: (news: GraphNews) => void;
  #building = new AbortController();

  constructor(wanted: SearchName, onGraph: (news: GraphNews) => void) {
    if (!SEARCHES.includes(wanted))
      throw new RefrainError("ARGUMENT_INVALID", `search must be one of ${SEARCHES.join(", ")}, got ${wanted}.`);
    this.#wanted = wanted;
    this.#onGraph = onGraph;
  }

  /** @throws {RefrainError} as `chosenSearch` */
  choose(model: ServedModel): SearchChoice {
    return chosenSearch(this.#wanted, model.saved.items.size);
  }

  /** Begins the graph of the model that has come in place, if it gets one; that of the model before is given up. */
  begin({ current }: LiveModel, { isExact }: SearchChoice): void {
    this.stop();
    this.#building = new AbortController();
    if (!isExact) void this.#build(current, this.#building.signal);
  }

  stop(): void {
    this.#building.abort();
  }

  async #build(model: ServedModel, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    try {
      const find = await approximateFinder(model.streaming.catalogue(), { atOnce: AT_ONCE, signal });
      const took = seconds();
      const recall = recallOfLists(model, find);
      model.streaming.findItems = find;
      this.#onGraph({ run: model.id, seconds: took, recall });
    } catch (error) {
      if (!signal.aborted) this.#onGraph({ run: model.id, seconds: seconds(), error });
    }
  }
}

/** Compares lists of listeners whom the model knows, and of one who is new, with exact ones. */
function recallOfLists({ streaming, saved }: ServedModel, find: FindItems): ListRecall {
  const { histories, times, windowLength, items } = saved;
  const known = Array.from(histories.keys()).filter((user) => histories[user].length > 0);
  const windows = known.slice(0, RECALL_LISTENERS - 1).map((user) => ({
    user,
    items: Int32Array.from(histories[user].slice(-windowLength)),
    times: times && Float64Array.from(times[user].slice(-windowLength)),
  }));
  const states = [streaming.start(), ...streaming.after(windows)];
  const k = Math.min(RECALL_AT, items.size);
  const exact = streaming.tops(states, k);
  streaming.findItems = find;
  try {
    const found = streaming.tops(states, k);
    const shares = exact.map((list, n) => recallOf(list.items, found[n].items));
    return { share: shares.reduce((sum, share) => sum + share, 0) / shares.length, listeners: shares.length, k };
  } finally {
    streaming.findItems = undefined;
  }
}
