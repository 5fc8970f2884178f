import { z } from "zod";
import { parseConfig } from "../core/config.js";
import { type SampledLossName, sampledLosses } from "../engine/index.js";

/** How a model is trained; what each field means stands in `trainSchema`. */
export interface TrainConfig {
  readonly epochs: number;
  readonly minimumStepsPerEpoch: number;
  readonly batchPositions: number;
  readonly maxLength: number;
  readonly augmentation: "none" | "crop";
  readonly loss: "softmax" | SampledLossName;
  readonly negatives: number;
  readonly negativeAlpha: number;
  readonly optimizer: "adamw" | "adam";
  readonly lazy: boolean;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly schedule: "cosine" | "constant";
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly metric: string;
  readonly patience: number;
  readonly checkpointSeconds: number;
  readonly seed: number;
}

/** Every choice about training, with its meaning, range and default. */
export const trainSchema: z.ZodType<TrainConfig, Partial<TrainConfig>> = z
  .strictObject({
    epochs: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(7)
      .describe("Rounds of training at most, each with a validation"),
    minimumStepsPerEpoch: z
      .number()
      .int()
      .min(1)
      .default(100)
      .describe("Steps of a round at least: it is one pass over the training windows, or several where these are few"),
    batchPositions: z.number().int().min(1).max(1_000_000).default(1024).describe("Targets per batch, about"),
    maxLength: z.number().int().min(1).max(10_000).default(128).describe("T: plays of one training window at most"),
    augmentation: z
      .enum(["none", "crop"])
      .default("none")
      .describe(
        "crop: histories longer than maxLength are cut elsewhere in every epoch; all prefixes are trained on anyway",
      ),
    loss: z
      .enum(["softmax", ...(Object.keys(sampledLosses) as SampledLossName[])])
      .default("softmax")
      .describe(
        "softmax over all items, or a loss over drawn ones for large catalogues (then repeatWindow and personalWindow are 0)",
      ),
    negatives: z.number().int().min(1).max(100_000).default(2048).describe("K: items drawn per batch, for such a loss"),
    negativeAlpha: z.number().min(0).max(1).default(0.5).describe("Power of popularity by which they are drawn"),
    optimizer: z.enum(["adamw", "adam"]).default("adamw").describe("adam ignores weightDecay"),
    lazy: z
      .boolean()
      .default(false)
      .describe("Rows of a table move only in steps that read them, where the loss leaves the other rows alone"),
    learningRate: z.number().gt(0).max(10).default(5e-3).describe("Step size after warm-up"),
    warmupSteps: z.number().int().min(0).default(100).describe("Steps over which the rate rises from 0"),
    schedule: z.enum(["cosine", "constant"]).default("cosine").describe("cosine: the rate falls to 0 over all epochs"),
    weightDecay: z.number().min(0).max(1).default(1e-4).describe("Share of a weight taken away per unit of rate"),
    clipNorm: z.number().gt(0).default(5).describe("Largest joint norm of a step's gradients"),
    metric: z.string().default("NDCG@10").describe("Validation metric that chooses the best weights"),
    patience: z.number().int().min(1).default(5).describe("Epochs without a better metric before training stops"),
    checkpointSeconds: z.number().min(0).default(30).describe("Time between checkpoints; also one after each epoch"),
    seed: z.number().int().min(0).default(1).describe("Seed of weights, order and dropout"),
  })
  .describe("How the model is trained");

/** All options, with the defaults filled in. @throws {RefrainError} CONFIG_INVALID naming the option */
export function trainConfig(options: Partial<TrainConfig> = {}): TrainConfig {
  return parseConfig("train", trainSchema, options);
}

/**
 * Learning rate of a step: a linear warm-up times a cosine that falls to zero at the end of the last epoch.
 *
 * @param step     0-based number of the step
 * @param progress share of all training that is done, in [0, 1]
 * @source Loshchilov & Hutter 2017 (cosine)
 */
export function learningRateAt(config: TrainConfig, step: number, progress: number): number {
  const warm = config.warmupSteps > 0 ? Math.min(1, (step + 1) / config.warmupSteps) : 1;
  const fall = config.schedule === "cosine" ? 0.5 * (1 + Math.cos(Math.PI * progress)) : 1;
  return config.learningRate * warm * fall;
}
