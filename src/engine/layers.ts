import type { Random } from "../core/random.js";
import { type Tensor, type Tensor1D, tf } from "./tensors.js";

const EPSILON = 1e-5; // as in PyTorch, so that the twin models agree

/**
 * Zero mean and unit variance over the last axis, then scale and shift.
 *
 * @shape x [..., D]; scale, shift [D] -> [..., D]
 * @source Ba, Kiros & Hinton 2016
 */
export function layerNorm<T extends Tensor>(x: T, scale: Tensor1D, shift: Tensor1D): T {
  const axis = x.rank - 1;
  const mean = x.mean(axis, true);
  const centred = x.sub(mean);
  const variance = centred.square().mean(axis, true);
  return centred.mul(variance.add(EPSILON).rsqrt()).mul(scale).add(shift) as T;
}

/**
 * Sets a share of the numbers to zero and scales the rest up, so that the mean stays.
 *
 * The mask comes from our own seeded stream and not from the engine, so that every engine trains on the same masks.
 *
 * @param rate share that is dropped, in [0, 1)
 * @source Srivastava et al. 2014
 */
export function dropout<T extends Tensor>(x: T, rate: number, random: Random): T {
  if (rate === 0) return x;
  const mask = new Float32Array(x.size);
  const keep = 1 / (1 - rate);
  const limit = rate * 4294967296;
  for (let i = 0; i < mask.length; i++) mask[i] = random.bits() < limit ? 0 : keep;
  return x.mul(tf.tensor(mask, x.shape)) as T;
}
