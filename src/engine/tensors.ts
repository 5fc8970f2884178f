// The only file that imports tfjs: every other room reaches tensors through `tf` here.
import * as tf from "@tensorflow/tfjs";

export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
export { tf };
