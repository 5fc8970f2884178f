import { type Adam, clipByGlobalNorm, type Gradient, isRows, tf } from "../engine/index.js";
import type { GradientOptions, RecurrentModel } from "../model/index.js";
import type { Batch } from "../sequence/batches.js";

export interface StepOptions extends GradientOptions {
  readonly learningRate: number;
  /** Largest joint norm of the gradients. */
  readonly clipNorm: number;
}

/**
 * One step: loss, gradients, clipping, update. Nothing is changed when the loss or the norm is not finite.
 *
 * @returns mean loss in nats and the global gradient norm before clipping
 */
export function gradientStep(
  model: RecurrentModel,
  optimizer: Adam,
  batch: Batch,
  options: StepOptions,
): { readonly loss: number; readonly gradientNorm: number } {
  const { loss, gradients } = model.gradients(batch, options);
  // The gradients live on after the tidy that made them, so that no weight is read while it changes.
  try {
    return tf.tidy(() => {
      const clipped = clipByGlobalNorm(gradients, options.clipNorm);
      const result = { loss: loss.dataSync()[0], gradientNorm: clipped.norm };
      if (Number.isFinite(result.loss) && Number.isFinite(result.gradientNorm))
        optimizer.apply(clipped.gradients, options.learningRate);
      return result as never;
    });
  } finally {
    tf.dispose([loss, ...Object.values(gradients).map(tensorOf)]);
  }
}

function tensorOf(gradient: Gradient) {
  return isRows(gradient) ? gradient.values : gradient;
}
