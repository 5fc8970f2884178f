// One more play through each kind of layer, in the operations of a network.
import type { ModelConfig, NamedTensors, SequenceLayerName } from "../../model/index.js";
import type { Network } from "./network.js";
import { linear } from "./parts.js";

/** State before and after a play. @shape [B, H] each; a cell without a cell state has no `c` */
export interface CellState {
  readonly h: string;
  readonly c?: string;
}

/** What a cell reads beside its state. */
export interface CellInput {
  readonly net: Network;
  readonly config: ModelConfig;
  /** Begins the names of the layer's weights. */
  readonly layer: string;
  /** @shape [B, D] */
  readonly x: string;
  readonly weights: NamedTensors;
}

interface StepCell {
  readonly hasCellState: boolean;
  /** @shape -> y [B, H] and the next state */
  step(input: CellInput, state: CellState): CellState & { readonly y: string };
}

function parts(net: Network, gates: string, count: number, H: number): string[] {
  return Array.from({ length: count }, (_, k) =>
    net.run("slice", [gates], { axis: 1, start: k * H, end: (k + 1) * H }),
  );
}

const oneLess = (net: Network, x: string) => net.run("subtract", [net.number(1), x]);
const times = (net: Network, a: string, b: string) => net.run("multiply", [a, b]);
const plus = (net: Network, a: string, b: string) => net.run("add", [a, b]);

const lstm: StepCell = {
  hasCellState: true,
  step({ net, config, layer, x }, { h, c }) {
    const own = linear(net, x, `${layer}/input`, `${layer}/bias`);
    const gates = plus(net, own, net.run("matmul", [h, net.weight(`${layer}/recurrent`)]));
    const [i, g, f, o] = parts(net, gates, 4, config.hiddenSize);
    const came = times(net, net.run("sigmoid", [i]), net.run("tanh", [g]));
    const next = plus(net, times(net, net.run("sigmoid", [f]), c as string), came);
    const y = times(net, net.run("sigmoid", [o]), net.run("tanh", [next]));
    return { y, h: y, c: next };
  },
};

const gru: StepCell = {
  hasCellState: false,
  step({ net, config, layer, x }, { h }) {
    const H = config.hiddenSize;
    const [xr, xz, xn] = parts(net, linear(net, x, `${layer}/input`, `${layer}/bias`), 3, H);
    const [hr, hz, hn] = parts(net, net.run("matmul", [h, net.weight(`${layer}/recurrent`)]), 3, H);
    const r = net.run("sigmoid", [plus(net, xr, hr)]);
    const z = net.run("sigmoid", [plus(net, xz, hz)]);
    const n = net.run("tanh", [plus(net, xn, times(net, r, hn))]);
    const y = plus(net, n, times(net, z, net.run("subtract", [h, n])));
    return { y, h: y };
  },
};

const rnn: StepCell = {
  hasCellState: false,
  step({ net, layer, x }, { h }) {
    const own = linear(net, x, `${layer}/input`, `${layer}/bias`);
    const y = net.run("tanh", [plus(net, own, net.run("matmul", [h, net.weight(`${layer}/recurrent`)]))]);
    return { y, h: y };
  },
};

const minGru: StepCell = {
  hasCellState: false,
  step({ net, config, layer, x }, { h }) {
    const gates = linear(net, x, `${layer}/input`, `${layer}/bias`);
    const [zIn, n] = parts(net, gates, 2, config.hiddenSize);
    const z = net.run("sigmoid", [zIn]);
    const y = plus(net, times(net, oneLess(net, z), h), times(net, z, n));
    return { y, h: y };
  },
};

const minLstm: StepCell = {
  hasCellState: false,
  step({ net, config, layer, x }, { h }) {
    const gates = linear(net, x, `${layer}/input`, `${layer}/bias`);
    const [fIn, iIn, n] = parts(net, gates, 3, config.hiddenSize);
    const [f, i] = [fIn, iIn].map((gate) => net.run("sigmoid", [gate]));
    const a = net.run("divide", [f, plus(net, f, i)]);
    const y = plus(net, times(net, a, h), times(net, oneLess(net, a), n));
    return { y, h: y };
  },
};

/** Its factors depend on the weights alone, so they are written as numbers. */
const lru: StepCell = {
  hasCellState: true,
  step({ net, config, layer, x, weights }, { h, c }) {
    const H = config.hiddenSize;
    const of = (name: string) => weights.get(`${layer}/${name}`)?.values as Float32Array;
    const [decay, angle, scale] = [of("decay"), of("angle"), of("scale")];
    const turned = (turn: (x: number) => number) =>
      net.constant(
        "float32",
        [H],
        decay.map((d, u) => Math.exp(-Math.exp(d)) * turn(Math.exp(angle[u]))),
      );
    const [p, q] = [turned(Math.cos), turned(Math.sin)];
    const grown = net.constant("float32", [2 * H], [...scale, ...scale].map(Math.exp));
    const came = times(net, net.run("matmul", [x, net.weight(`${layer}/input`)]), grown);
    const [real, imaginary] = parts(net, came, 2, H);
    const nextH = plus(net, net.run("subtract", [times(net, p, h), times(net, q, c as string)]), real);
    const nextC = plus(net, plus(net, times(net, q, h), times(net, p, c as string)), imaginary);
    const both = net.run("concat", [nextH, nextC], { axis: 1 });
    return { y: net.run("matmul", [both, net.weight(`${layer}/output`)]), h: nextH, c: nextC };
  },
};

/** Every kind that can be written; attention keeps keys and values, which no network here does yet. */
export const stepCells: Readonly<Partial<Record<SequenceLayerName, StepCell>>> = {
  lstm,
  gru,
  rnn,
  minGru,
  minLstm,
  lru,
};
