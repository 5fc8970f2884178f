// TrainingEvent: the one stream that the console, a notebook, the app and tests read.

/** Why a training run ended. */
export type StopReason = "finished" | "early-stopping" | "interrupted";

/** Everything a training run says, in order: start, (check, step, validation, checkpoint, warning)…, end. */
export type TrainingEvent =
  | {
      readonly type: "start";
      readonly engine: string;
      readonly parameterCount: number;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      /** Positions with a target in one epoch. */
      readonly positionsPerEpoch: number;
      /** Share of positions in batches that are padding, in [0, 1]. */
      readonly paddingShare: number;
      /** Step from which the run goes on; 0 for a new run. */
      readonly resumedFromStep: number;
    }
  | { readonly type: "check"; readonly name: string; readonly passed: boolean; readonly message: string }
  | {
      readonly type: "step";
      readonly step: number;
      readonly totalSteps: number;
      readonly epoch: number;
      /** Mean cross-entropy of the batch in nats. */
      readonly loss: number;
      readonly learningRate: number;
      /** Global norm of the gradient before clipping. */
      readonly gradientNorm: number;
      readonly positionsPerSecond: number;
      readonly secondsLeft: number;
    }
  | {
      readonly type: "validation";
      readonly epoch: number;
      readonly step: number;
      /** Mean training loss of the epoch in nats. */
      readonly trainingLoss: number;
      /** Such as { "HR@10": 0.31, "NDCG@10": 0.19 }. */
      readonly metrics: Readonly<Record<string, number>>;
      readonly best: boolean;
      readonly seconds: number;
    }
  | { readonly type: "checkpoint"; readonly step: number; readonly path: string }
  | { readonly type: "warning"; readonly message: string }
  | {
      readonly type: "end";
      readonly reason: StopReason;
      readonly steps: number;
      readonly bestEpoch: number;
      readonly bestValue: number;
      readonly seconds: number;
    };
