// The model as a network over whole histories.
import type { NamedTensors } from "../../model/index.js";
import { knownOfHistories, withCopies } from "./copies.js";
import { Network } from "./network.js";
import {
  asked,
  heard,
  inBlock,
  isFitting,
  itemLogits,
  momentInputs,
  repeatKeys,
  type Shape,
  unsupported,
  withHabits,
} from "./parts.js";

/** Gates of each cell that formats have whole layers of, in our order. */
const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

/**
 * Scores after whole histories. Inputs `items` (0 behind the last play), `user` and contexts of each play; output `scores`.
 *
 * @throws {RefrainError} EXPORT_UNSUPPORTED for a cell that formats have no layer of (anything but lstm, gru, rnn)
 */
export function sequenceNetwork({ config, itemCount }: Shape, weights: NamedTensors): Network {
  const cell = config.cell;
  if (cell !== "lstm" && cell !== "gru" && cell !== "rnn") throw unsupported("A network over whole histories", config);
  const { hiddenSize: H, repeatWindow, personalWindow } = config;
  const net = new Network();
  const items = net.input("items", "int32", ["B", "T"], "Items heard, oldest first, 1 to V; 0 behind the last one");
  const user =
    config.userEmbeddingSize > 0
      ? net.input("user", "int32", ["B"], "Listener, 1 to U; 0 is one that the model never saw")
      : "";
  const moments = momentInputs(net, config, "", ["B", "T"]);
  const questions = config.moment ? momentInputs(net, config, "asked", ["B"]) : {};

  const isPlay = net.run("greaterEqual", [items, net.number(1, "int32")]);
  const places = net.run("cast", [isPlay], { to: "int32" });
  const lengths = net.run("sum", [places], { axis: 1, keep: true }); // [B, 1]
  const steps = net.run("steps", [items], { axis: 1 }); // [T]
  const zero = net.number(0, "int32");
  const lastAt = net.run("maximum", [net.run("subtract", [lengths, net.number(1, "int32")]), zero]);
  const lag = net.run("subtract", [lastAt, steps]); // [B, T]: 0 at the last play, below 0 behind it
  const isLast = net.run("cast", [net.run("equal", [lag, zero])], { to: "float32" });

  let x = heard(net, weights, items, moments); // [B, T, D]
  if (user) {
    const U = config.userEmbeddingSize;
    const rows = net.run("reshape", [net.run("gather", [net.weight("user/embedding"), user])], { shape: [0, 1, U] });
    const blank = net.run("slice", [x], { axis: 2, start: 0, end: 1 });
    const none = net.run("multiply", [blank, net.number(0)]); // [B, T, 1] of zeros carries the steps
    x = net.run("concat", [x, net.run("add", [rows, none])], { axis: 2 });
  }
  const real = net.run("reshape", [isPlay], { shape: [0, 0, 1] });
  const nothing = net.number(0);
  const swapped = { order: [1, 0, 2] };
  for (let layer = 0; layer < config.layers; layer++)
    x = inBlock(net, config, layer, x, isFitting(config, layer), (own) => {
      const blocks = (name: string) => net.weight(`layer${layer}/${name}`);
      const y = net.run(
        "recurrent",
        [net.run("transpose", [own], swapped), blocks("input"), blocks("recurrent"), blocks("bias")],
        {
          cell,
          gates: GATES[cell],
          hiddenSize: H,
        },
      );
      return net.run("where", [real, net.run("transpose", [y], swapped), nothing]);
    });
  const atLast = (of: string, axes: 2 | 3) => {
    const only = axes === 3 ? net.run("reshape", [isLast], { shape: [0, 0, 1] }) : isLast;
    return net.run("sum", [net.run("multiply", [of, only])], { axis: 1, keep: false });
  };
  const question = asked(net, atLast(x, 3), questions);
  const lastItem = net.run("sum", [net.run("multiply", [items, net.run("cast", [isLast], { to: "int32" })])], {
    axis: 1,
    keep: false,
  });
  let scores = itemLogits(net, { config, itemCount }, question, lastItem);
  /** 1 for the last `window` plays, 0 elsewhere. @shape -> float [B, T] */
  const isAmong = (window: number) => {
    const near = net.run("greaterEqual", [net.number(window - 1, "int32"), lag]);
    const both = [near, net.run("greaterEqual", [lag, zero])].map((is) => net.run("cast", [is], { to: "float32" }));
    return net.run("multiply", both);
  };
  if (personalWindow > 0) {
    const counted = net.run("multiply", [isAmong(personalWindow), net.run("cast", [isPlay], { to: "float32" })]);
    scores = withHabits(net, { config, itemCount }, question, scores, { items, counted });
  }
  if (repeatWindow > 0) {
    const size = weights.get("repeat/key")?.shape[1] as number;
    const keys = repeatKeys(net, weights, x, items);
    const among = net.run("cast", [isAmong(repeatWindow)], { to: "int32" });
    const gap = config.timeGap ? "gap" : "";
    const known = knownOfHistories(net, { items, places, steps, among, gap }, repeatWindow);
    const plays = { ...known, items, keys, lags: net.run("maximum", [lag, zero]) };
    scores = withCopies(net, { config, itemCount }, question, scores, plays, { size, W: 0 });
  }
  const meaning = repeatWindow > 0 ? "Log probability" : "Logit";
  net.output(
    scores,
    "scores",
    "float32",
    ["B", itemCount + 1],
    `${meaning} of each item as the next play; -Infinity for item 0`,
  );
  return net;
}
