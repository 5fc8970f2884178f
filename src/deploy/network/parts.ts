// Pieces of a network that both forms, one play at a time and whole histories, are made of.
import { RefrainError } from "../../core/errors.js";
import { CONTEXTS, type ModelConfig, type NamedTensors } from "../../model/index.js";
import type { Network } from "./network.js";

/** As in `engine/layers.ts`. */
const EPSILON = 1e-5;
const [ROOT_2_PI, CUBE] = [Math.sqrt(2 / Math.PI), 0.044715];

/** What a network is written for. */
export interface Shape {
  readonly config: ModelConfig;
  /** V */
  readonly itemCount: number;
}

/** x w + b. */
export function linear(net: Network, x: string, weight: string, bias: string): string {
  return net.run("add", [net.run("matmul", [x, net.weight(weight)]), net.weight(bias)]);
}

/** Zero mean and unit variance over the last axis, then scale and shift. */
export function layerNorm(net: Network, x: string, scale: string, shift: string): string {
  const last = { axis: -1, keep: true };
  const centred = net.run("subtract", [x, net.run("mean", [x], last)]);
  const variance = net.run("mean", [net.run("multiply", [centred, centred])], last);
  const deviation = net.run("sqrt", [net.run("add", [variance, net.number(EPSILON)])]);
  const normal = net.run("divide", [centred, deviation]);
  return net.run("add", [net.run("multiply", [normal, net.weight(scale)]), net.weight(shift)]);
}

/** GELU by tanh, as `engine/layers.ts` has it. */
function gelu(net: Network, x: string): string {
  const times = (a: string, b: string | number) => net.run("multiply", [a, typeof b === "number" ? net.number(b) : b]);
  const plus1 = (a: string) => net.run("add", [a, net.number(1)]);
  const inner = times(times(x, plus1(times(times(x, x), CUBE))), ROOT_2_PI);
  return times(x, times(plus1(net.run("tanh", [inner])), 0.5));
}

/**
 * A layer with what stands around its middle, as `model/block.ts` has it.
 *
 * @param isFitting true where the input is as wide as the layer
 */
export function inBlock(
  net: Network,
  config: ModelConfig,
  layer: number,
  x: string,
  isFitting: boolean,
  middle: (x: string) => string,
): string {
  const name = (own: string) => `layer${layer}/${own}`;
  const sum = (a: string, b: string) => net.run("add", [a, b]);
  if (config.block === "plain") {
    const y = middle(x);
    return config.residual && isFitting ? sum(x, y) : y;
  }
  const norm = (of: string, own: string) => layerNorm(net, of, name(`${own}Scale`), name(`${own}Shift`));
  const feed = (n: string) =>
    linear(net, gelu(net, linear(net, n, name("wide"), name("wideBias"))), name("narrow"), name("narrowBias"));
  const e = isFitting ? x : linear(net, x, name("enter"), name("enterBias"));
  if (config.block === "postNorm") {
    const n = norm(sum(e, middle(e)), "norm");
    return norm(sum(n, feed(n)), "feedNorm");
  }
  const n = sum(e, middle(norm(e, "norm")));
  return sum(n, feed(norm(n, "feedNorm")));
}

/** True where a layer's input is as wide as its output. */
export function isFitting(config: ModelConfig, layer: number): boolean {
  return layer > 0 || config.embeddingSize + config.userEmbeddingSize === config.hiddenSize;
}

/**
 * Row of a context's table at each pause, in whole seconds: 0 where it is unknown (below 0), else 1 + floor(log2(1 + pause)).
 * By comparison with whole numbers, since a logarithm in float32 is not exact where a bucket ends.
 *
 * @param shape sizes of the axes; 0 keeps one
 * @shape seconds int [...] -> int [...]
 */
export function gapRows(net: Network, seconds: string, shape: readonly number[]): string {
  const { count } = CONTEXTS.gap;
  const from = net.constant(
    "int32",
    [count],
    Array.from({ length: count }, (_, k) => 2 ** k - 1),
  );
  const beside = net.run("reshape", [seconds], { shape: [...shape, 1] });
  const passed = net.run("cast", [net.run("greaterEqual", [beside, from])], { to: "int32" });
  return net.run("sum", [passed], { axis: -1, keep: false });
}

/** Row of a context's table at each hour: 0 where it is unknown (-1). */
export function hourRows(net: Network, hours: string): string {
  return net.run("add", [hours, net.number(1, "int32")]);
}

/** What is known of when something is heard or asked for: the rows of each kind of context. */
export interface Moments {
  readonly gap?: string;
  readonly hour?: string;
}

/** Adds the inputs for contexts that a configuration reads. @param prefix "" for plays, "asked" for the question */
export function momentInputs(
  net: Network,
  config: ModelConfig,
  prefix: "" | "asked",
  shape: readonly ("B" | "T")[],
): Moments {
  const named = (name: string) => (prefix === "" ? name : `${prefix}_${name}`);
  const of = prefix === "" ? "each play" : "the question";
  const gap = () =>
    gapRows(
      net,
      net.input(named("gap"), "int32", shape, `Whole seconds from the play before to ${of}; -1 where unknown`),
      shape.map(() => 0),
    );
  const hour = () =>
    hourRows(
      net,
      net.input(named("hour"), "int32", shape, `Hour of the day (UTC) of ${of}, 0 to 23; -1 where unknown`),
    );
  return { ...(config.timeGap ? { gap: gap() } : {}), ...(config.hour ? { hour: hour() } : {}) };
}

/** Item vectors, with those of their attributes, in the context of their plays. @shape items int [...] -> [..., D] */
export function heard(net: Network, weights: NamedTensors, items: string, moments: Moments): string {
  const table = weights.has("item/heard") ? "item/heard" : "item/embedding";
  const rows = net.run("gather", [net.weight(table), items]);
  return Object.entries(moments).reduce(
    (sum, [name, at]) => net.run("add", [sum, net.run("gather", [net.weight(`${name}/heard`), at as string])]),
    rows,
  );
}

/** What the copy mechanisms find plays by. @shape states [..., H]; items int [...] -> [..., K * A] */
export function repeatKeys(net: Network, weights: NamedTensors, states: string, items: string): string {
  const keys = net.run("matmul", [states, net.weight("repeat/key")]);
  return weights.has("repeat/item")
    ? net.run("add", [keys, net.run("gather", [net.weight("repeat/item"), items])])
    : keys;
}

/** States as the moment of the question shows them. @shape top [B, H] -> [B, H] */
export function asked(net: Network, top: string, moments: Moments): string {
  const factors = Object.entries(moments).map(([name, at]) =>
    net.run("gather", [net.weight(`${name}/asked`), at as string]),
  );
  if (factors.length === 0) return top;
  const factor = factors.reduce((sum, each) => net.run("add", [sum, each]));
  return net.run("add", [top, net.run("multiply", [top, factor])]);
}

/** Logits of all items, that of padding -Infinity. @shape question [B, H]; last int [B] -> [B, V + 1] */
export function itemLogits(net: Network, { config }: Shape, question: string, last: string): string {
  let z = question;
  if (config.output === "tied") z = linear(net, z, "output/projection", "output/projectionBias");
  if (config.lastItem) z = net.run("add", [z, net.run("gather", [net.weight("item/successor"), last])]);
  if (config.layerNorm) z = layerNorm(net, z, "output/scale", "output/shift");
  const table = config.output === "tied" ? "item/embedding" : "output/items";
  return net.run("linearOverItems", [z, net.weight(table), net.weight("output/bias")]);
}

/**
 * Logits with personal popularity: b + w h / sqrt(H) for each log(1 + plays), as `model/personal.ts` has it.
 *
 * @param plays `counted`: 1 where a place holds a play that counts, else 0; float [B, W]
 * @shape question [B, H]; logits [B, V + 1]; items int [B, W] -> [B, V + 1]
 */
export function withHabits(
  net: Network,
  { config, itemCount }: Shape,
  question: string,
  logits: string,
  plays: { readonly items: string; readonly counted: string },
): string {
  const scaled = net.run("divide", [question, net.number(Math.sqrt(config.hiddenSize))]);
  const strength = linear(net, scaled, "personal/weight", "personal/bias"); // [B, 1]
  const blank = net.constant("float32", [1, itemCount + 1], new Float32Array(itemCount + 1));
  const counts = net.run("addAt", [net.run("multiply", [strength, blank]), plays.items, plays.counted]);
  const logs = net.run("log", [net.run("add", [counts, net.number(1)])]);
  return net.run("add", [logits, net.run("multiply", [strength, logs])]);
}

/** The error of a layer that a form does not have. */
export function unsupported(what: string, { cell }: ModelConfig): RefrainError {
  return new RefrainError("EXPORT_UNSUPPORTED", `${what} cannot be written for cell=${cell}.`, { cell });
}
