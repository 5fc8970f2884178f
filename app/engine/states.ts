import { principalPlane } from "refrain";
import { heardOf } from "./heard.js";
import type { Params, StatePath } from "./protocol.js";
import { sessionOf } from "./session.js";
import { standing } from "./standing.js";

/** Newest plays that are followed: a step each. */
const LONGEST = 300;

/** How the hidden state of the last layer moves with each play, and where each play stood in the list just before. */
export async function statePath(params: Params<"states">): Promise<StatePath> {
  const session = await sessionOf(params.run);
  const { saved, streaming, songs } = session;
  const { user, items, times } = heardOf(session, params);
  const first = Math.max(0, items.length - LONGEST);
  let state = streaming.start(user);
  for (let at = Math.max(0, first - saved.windowLength); at < first; at++)
    state = streaming.play(state, items[at], times[at]);
  const hidden: Float32Array[] = [];
  const before: { rank: number; probability: number }[] = [];
  for (let at = first; at < items.length; at++) {
    before.push(standing(streaming.scores(state, times[at]), items[at]));
    state = streaming.play(state, items[at], times[at]);
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
