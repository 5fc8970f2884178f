import type { Random } from "../core/random.js";
import { type Adam, clipByGlobalNorm, type Tensor, tf, type Variable } from "../engine/index.js";
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
  return tf.tidy(() => {
    const names = new Map([...model.parameters].map(([name, variable]) => [variable.name, name]));
    const { value, grads } = tf.variableGrads(() => model.loss(batch, random), [
      ...model.parameters.values(),
    ] as Variable[]);
    const byName: Record<string, Tensor> = {};
    for (const [variableName, gradient] of Object.entries(grads)) byName[names.get(variableName) as string] = gradient;
    const clipped = clipByGlobalNorm(byName, clipNorm);
    const [loss, gradientNorm] = [value.dataSync()[0], clipped.norm.dataSync()[0]];
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) optimizer.apply(clipped.gradients, learningRate);
    return { loss, gradientNorm };
  }) as unknown as { loss: number; gradientNorm: number };
}
