import type { Random } from "../core/random.js";
import { type Adam, clipByGlobalNorm, tf } from "../engine/index.js";
import type { RecurrentModel } from "../model/index.js";
import type { Batch } from "../sequence/batches.js";

/**
 * One step: loss, gradients, clipping, update. Nothing is changed when the loss or the norm is not finite.
 *
 * @param random stream of the dropout masks; undefined switches dropout off
 * @returns mean loss in nats and the global gradient norm before clipping
 */
export function gradientStep(
  model: RecurrentModel,
  optimizer: Adam,
  batch: Batch,
  random: Random | undefined,
  learningRate: number,
  clipNorm: number,
): { readonly loss: number; readonly gradientNorm: number } {
  const { loss, gradients } = model.gradients(batch, random);
  // The gradients live on after the tidy that made them, so that no weight is read while it changes.
  try {
    return tf.tidy(() => {
      const clipped = clipByGlobalNorm(gradients, clipNorm);
      const result = { loss: loss.dataSync()[0], gradientNorm: clipped.norm };
      if (Number.isFinite(result.loss) && Number.isFinite(result.gradientNorm))
        optimizer.apply(clipped.gradients, learningRate);
      return result as never;
    });
  } finally {
    tf.dispose([loss, ...Object.values(gradients)]);
  }
}
