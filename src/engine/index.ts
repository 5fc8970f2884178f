export { Adam, type AdamOptions, clipByGlobalNorm } from "./adam.js";
export { type AttentionWeights, attention, attentionStep, lagNumbers, NEVER } from "./attention.js";
export { type ByteItems, byteItems } from "./byte-items.js";
export type { CellName, InitialState, Layout, RecurrentPass, RecurrentWeights } from "./cells.js";
export { cells } from "./cells.js";
export { linearCrossEntropy, linearCrossEntropyPlain } from "./cross-entropy.js";
export { checkEngine, type Engine, type EngineName, startEngine } from "./engine.js";
export { type Gradient, Graph, gradientOf, isRows, type Rows, rowGradientOf, type Value } from "./graph.js";
export { add, atEveryStep, besides, dropout, embedding, gelu, layerNorm, linear, multiply } from "./layers.js";
export type { LogitAdditions } from "./logit-additions.js";
export { addRows, columnSums, product, productTransposeA, productTransposeB, takeRows } from "./operations.js";
export { Parameter } from "./parameter.js";
export { gru, lstm, recurrent, recurrentPlain, recurrentStates, recurrentStep } from "./recurrent.js";
export { lastStep } from "./recurrent-kernels.js";
export { type Negatives, type SampledLossName, sampledLoss, sampledLosses } from "./sampled-losses.js";
export { complexScan, complexScanPlain, scan, scanPlain } from "./scan.js";
export {
  type GatedCellName,
  gated,
  gatedCells,
  type LruWeights,
  lru,
  lruFactor,
  lruInput,
} from "./scanned-cells.js";
export {
  browserBundle,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tf,
} from "./tensors.js";
export { type TopItems, topItems, topItemsPlain } from "./top-items.js";
