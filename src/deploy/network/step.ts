// The recurrent model as a network of one step: what is known of a listener goes in and comes out.
import type { NamedTensors } from "../../model/index.js";
import { type CellState, stepCells } from "./cells.js";
import { agesAfter, countsAfter, type Known, withCopies } from "./copies.js";
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

/**
 * One play, or none, and the scores after it.
 *
 * Inputs `item`, `user`, contexts and the state; outputs `scores` and the state after the play, each state's name with
 * `_next`. Item 0 leaves the state as it is, so that scores can be asked for later again. The first state is all zeros.
 *
 * @throws {RefrainError} EXPORT_UNSUPPORTED for attention
 */
export function stepNetwork({ config, itemCount }: Shape, weights: NamedTensors): Network {
  const cell = stepCells[config.cell];
  if (!cell) throw unsupported("The step of a network", config);
  const { hiddenSize: H, repeatWindow, personalWindow } = config;
  const W = Math.max(1, repeatWindow, personalWindow);
  const net = new Network();
  const item = net.input("item", "int32", ["B"], "Item that is heard, 1 to V; 0 only asks and leaves the state");
  const user =
    config.userEmbeddingSize > 0
      ? net.input("user", "int32", ["B"], "Listener, 1 to U; 0 is one that the model never saw")
      : "";
  const moments = momentInputs(net, config, "", ["B"]);
  const questions = config.moment ? momentInputs(net, config, "asked", ["B"]) : {};
  const hidden = (name: string, what: string) => net.state(name, "float32", ["B", H], `State: ${what}`);
  const before: CellState[] = Array.from({ length: config.layers }, (_, layer) => ({
    h: hidden(`h${layer}`, `hidden state of layer ${layer + 1}`),
    ...(cell.hasCellState ? { c: hidden(`c${layer}`, `cell state of layer ${layer + 1}`) } : {}),
  }));
  const topBefore = hidden("top", "what the layers made of the last play");
  const recent = net.state("recent", "int32", ["B", W], "State: the last plays, newest first; 0 where there is none");

  const itemColumn = net.run("reshape", [item], { shape: [0, 1] });
  const isPlay = net.run("greaterEqual", [itemColumn, net.number(1, "int32")]);
  const either = (yes: string, no: string, condition = isPlay) => net.run("where", [condition, yes, no]);
  let x = heard(net, weights, item, moments);
  if (user) x = net.run("concat", [x, net.run("gather", [net.weight("user/embedding"), user])], { axis: 1 });
  const nothing = net.constant("float32", [1, H], new Float32Array(H));
  const after = before.map((state, layer): CellState => {
    let next: CellState = state;
    x = inBlock(net, config, layer, x, isFitting(config, layer), (own) => {
      const { y, h, c } = cell.step({ net, config, layer: `layer${layer}`, x: own, weights }, state);
      next = { h: either(h, state.h), ...(c && state.c ? { c: either(c, state.c) } : {}) };
      return either(y, nothing); // before the first play the middle of a layer gives zeros
    });
    return next;
  });
  const newest = net.run("slice", [recent], { axis: 1, start: 0, end: 1 });
  const wasPlayed = net.run("greaterEqual", [newest, net.number(1, "int32")]);
  const top = either(x, either(topBefore, x, wasPlayed));
  const newestOf = (places: string, count: number) =>
    count === W ? places : net.run("slice", [places], { axis: 1, start: 0, end: count });
  const shifted = (own: string, old: string, count: number) =>
    count === 1
      ? own
      : net.run("concat", [own, net.run("slice", [old], { axis: 1, start: 0, end: count - 1 })], { axis: 1 });
  const plays = either(shifted(itemColumn, recent, W), recent);

  const question = asked(net, top, questions);
  const last = net.run("reshape", [net.run("slice", [plays], { axis: 1, start: 0, end: 1 })], { shape: [-1] });
  let scores = itemLogits(net, { config, itemCount }, question, last);
  if (personalWindow > 0) {
    const items = newestOf(plays, personalWindow);
    const isHere = net.run("greaterEqual", [items, net.number(1, "int32")]);
    const own = { items, counted: net.run("cast", [isHere], { to: "float32" }) };
    scores = withHabits(net, { config, itemCount }, question, scores, own);
  }
  let copied: (Known & { readonly keys: string; readonly size: number }) | undefined;
  if (repeatWindow > 0) {
    const size = weights.get("repeat/key")?.shape[1] as number;
    const keysBefore = net.state(
      "keys",
      "float32",
      ["B", repeatWindow, size],
      "State: keys of the last plays for copying",
    );
    const own = net.run("reshape", [repeatKeys(net, weights, top, item)], { shape: [0, 1, size] });
    const isPlay3 = net.run("reshape", [isPlay], { shape: [0, 1, 1] });
    const keys = either(shifted(own, keysBefore, repeatWindow), keysBefore, isPlay3);
    const known = (name: string, meaning: string) => net.state(name, "int32", ["B", repeatWindow], `State: ${meaning}`);
    const countsBefore = known(
      "counts",
      "plays of each of the last items when it was heard; 0 once it was heard again",
    );
    const items = newestOf(plays, repeatWindow);
    const blank = net.run("multiply", [itemColumn, net.number(0, "int32")]);
    const counts = countsAfter(net, itemColumn, items, shifted(blank, countsBefore, repeatWindow), repeatWindow);
    copied = { keys, size, counts: either(counts, countsBefore) };
    if (config.timeGap) {
      const agesBefore = known("ages", "whole seconds since each of the last plays; -1 where unknown");
      const older = agesAfter(net, net.run("reshape", ["gap"], { shape: [0, 1] }), agesBefore);
      copied = { ...copied, ages: either(shifted(blank, older, repeatWindow), agesBefore) };
    }
    const lags = net.constant(
      "int32",
      [1, repeatWindow],
      Array.from({ length: repeatWindow }, (_, j) => j),
    );
    scores = withCopies(
      net,
      { config, itemCount },
      question,
      scores,
      { ...copied, items, lags },
      { size, W: repeatWindow },
    );
  }

  const V = itemCount + 1;
  const meaning = repeatWindow > 0 ? "Log probability" : "Logit";
  net.output(scores, "scores", "float32", ["B", V], `${meaning} of each item as the next play; -Infinity for item 0`);
  after.forEach(({ h, c }, layer) => {
    net.output(h, `h${layer}_next`, "float32", ["B", H], "State after");
    if (c) net.output(c, `c${layer}_next`, "float32", ["B", H], "State after");
  });
  net.output(top, "top_next", "float32", ["B", H], "State after");
  net.output(plays, "recent_next", "int32", ["B", W], "State after");
  if (copied) {
    const { keys, size, counts, ages } = copied;
    net.output(keys, "keys_next", "float32", ["B", repeatWindow, size], "State after");
    net.output(counts, "counts_next", "int32", ["B", repeatWindow], "State after");
    if (ages) net.output(ages, "ages_next", "int32", ["B", repeatWindow], "State after");
  }
  return net;
}
