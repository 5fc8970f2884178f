import { principalPlane } from "refrain";
import type { Params, StatePath } from "./protocol.js";
import { sessionOf, userOf } from "./session.js";
import { standing } from "./standing.js";

/** Newest plays that are followed: a step each. */
const LONGEST = 300;

/** How the hidden state of the last layer moves with each play, and where each play stood in the list just before. */
export async function statePath({ run, user: id, history }: Params<"states">): Promise<StatePath> {
  const { saved, streaming, songs } = await sessionOf(run);
  const items = history.map((each) => saved.items.indexOf(each)).filter((item) => item > 0);
  const first = Math.max(0, items.length - LONGEST);
  let state = streaming.start(userOf({ saved }, id));
  for (const item of items.slice(Math.max(0, first - saved.windowLength), first)) state = streaming.play(state, item);
  const hidden: Float32Array[] = [];
  const before: { rank: number; probability: number }[] = [];
  for (const item of items.slice(first)) {
    before.push(standing(streaming.scores(state), item));
    state = streaming.play(state, item);
    hidden.push(state.layers[state.layers.length - 1].h);
  }
  if (hidden.length === 0) return { steps: [] };
  const width = hidden[0].length;
  const all = new Float32Array(hidden.length * width);
  hidden.forEach((row, n) => {
    all.set(row, n * width);
  });
  const places = width > 1 ? principalPlane(all, width) : hidden.map(([x]) => [x, 0] as const);
  return {
    steps: hidden.map((row, n) => {
      const last = hidden[n - 1] ?? new Float32Array(width);
      const { title, artist } = songs[items[first + n]];
      return {
        play: first + n + 1,
        title,
        artist,
        x: places[n][0],
        y: places[n][1],
        moved: Math.hypot(...row.map((value, d) => value - last[d])),
        ...before[n],
      };
    }),
  };
}
