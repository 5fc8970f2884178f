export { Adam, type AdamOptions, clipByGlobalNorm } from "./adam.js";
export type { CellName } from "./cells.js";
export { cells } from "./cells.js";
export { linearCrossEntropy } from "./cross-entropy.js";
export { addRows, embedding } from "./embedding.js";
export { type Engine, type EngineName, startEngine } from "./engine.js";
export { dropout, layerNorm } from "./layers.js";
export { type RecurrentWeights, recurrent, recurrentPlain } from "./recurrent.js";
export { type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf, type Variable } from "./tensors.js";
