import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { CellName, GatedCellName } from "../engine/index.js";

const share = z.number().min(0).max(0.95);
const size = z.number().int().min(1).max(4096);

/** Every kind of layer. */
export type SequenceLayerName = CellName | GatedCellName | "lru" | "attention";

/** Shape of the recurrent recommender; what each field means stands in `modelSchema`. */
export interface ModelConfig {
  readonly cell: SequenceLayerName;
  readonly block: "plain" | "postNorm" | "preNorm";
  readonly heads: number;
  readonly attentionWindow: number;
  readonly embeddingSize: number;
  readonly userEmbeddingSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly inputDropout: number;
  readonly dropout: number;
  readonly userDropout: number;
  readonly layerNorm: boolean;
  readonly residual: boolean;
  readonly output: "tied" | "free";
  readonly lastItem: boolean;
  readonly repeatWindow: number;
  readonly repeatHeads: number;
  readonly personalWindow: number;
  readonly timeGap: boolean;
  readonly hour: boolean;
  readonly moment: boolean;
  readonly contextDropout: number;
  readonly attributes: string;
}

/** Every choice about the model's shape, with its meaning, range and default. */
export const modelSchema: z.ZodType<ModelConfig, Partial<ModelConfig>> = z
  .strictObject({
    cell: z
      .enum(["lstm", "gru", "rnn", "minGru", "minLstm", "lru", "attention"])
      .default("lstm")
      .describe("What runs along the plays: a recurrent cell, or attention over the last ones"),
    block: z
      .enum(["plain", "postNorm", "preNorm"])
      .default("plain")
      .describe(
        "What stands around it: nothing, or residual paths and a feed-forward part, with layer norm after or before",
      ),
    heads: z.number().int().min(1).max(64).default(2).describe("Heads of attention; hiddenSize is a multiple of them"),
    attentionWindow: z.number().int().min(1).max(1000).default(64).describe("Last plays that attention looks at"),
    embeddingSize: size.default(96).describe("D: numbers per item"),
    userEmbeddingSize: z.number().int().min(0).max(1024).default(32).describe("Numbers per user; 0 leaves users out"),
    hiddenSize: size.default(128).describe("H: units of each recurrent layer"),
    layers: z.number().int().min(1).max(8).default(1).describe("Recurrent layers on top of each other"),
    inputDropout: share.default(0.4).describe("Share of the input that training drops"),
    dropout: share.default(0.4).describe("Share of each layer's output that training drops"),
    userDropout: share.default(0.1).describe("Share of users that training replaces by the stand-in for new users"),
    layerNorm: z.boolean().default(true).describe("Normalise the vector that scores the items"),
    residual: z.boolean().default(false).describe("Add each layer's input to its output where sizes agree"),
    output: z
      .enum(["tied", "free"])
      .default("tied")
      .describe("tied: score items by their input embedding; free: a matrix of its own"),
    lastItem: z
      .boolean()
      .default(true)
      .describe("A short way from the last item to the next: a second item table past the recurrent layers"),
    repeatWindow: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(128)
      .describe("Last plays that may be repeated by the copy mechanism; 0 leaves it out"),
    repeatHeads: z
      .number()
      .int()
      .min(1)
      .max(8)
      .default(2)
      .describe("Copy mechanisms side by side: one may learn to come back within a session, one to known favourites"),
    personalWindow: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe("Last plays whose number per item is added to its logit, log-scaled and weighted; 0 leaves it out"),
    timeGap: z.boolean().default(true).describe("The pause before each play, where the log has times"),
    hour: z.boolean().default(false).describe("The hour of the day (UTC) of each play, where the log has times"),
    moment: z
      .boolean()
      .default(false)
      .describe("timeGap and hour of the question too: then a test tells the model when the next play begins"),
    contextDropout: share
      .default(0.1)
      .describe("Share of histories, and of questions, that training takes without times"),
    attributes: z
      .string()
      .max(1000)
      .default("")
      .describe(
        "Columns of data.attributes, such as artist,style, whose values are read with each heard item, and by the copy mechanism",
      ),
  })
  .refine(({ cell, heads, hiddenSize }) => cell !== "attention" || hiddenSize % heads === 0, {
    path: ["heads"],
    message: "hiddenSize must be a multiple of heads",
  })
  .describe("Shape of the recurrent recommender");

/** All options, with the defaults filled in. @throws {RefrainError} CONFIG_INVALID naming the option */
export function modelConfig(options: Partial<ModelConfig> = {}): ModelConfig {
  return parseConfig("model", modelSchema, options);
}
