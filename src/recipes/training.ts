import { RefrainError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { drawCandidates, validationMetrics } from "../evaluate/index.js";
import type { RecurrentModel } from "../model/index.js";
import { toWindows } from "../sequence/batches.js";
import { evaluationCases, type Histories, trainHistories } from "../sequence/histories.js";
import type { TrainInput } from "../train/index.js";
import type { RunConfig } from "./config.js";

/**
 * What `train` needs of a log and a configuration: windows of the train part, and the validation part as a callback.
 *
 * @throws {RefrainError} EMPTY_CASES when the validation part has no case; as `drawCandidates`
 */
export async function trainingInput(
  { train, protocol }: Pick<RunConfig, "train" | "protocol">,
  histories: Histories,
  model: RecurrentModel,
  engine: string,
): Promise<TrainInput> {
  const cases = evaluationCases(histories, "validation");
  if (cases.length === 0) throw new RefrainError("EMPTY_CASES", "The validation part has no case with a history.");
  const candidates = await drawCandidates(protocol, histories);
  const own = trainHistories(histories);
  return {
    model,
    windows: toWindows(own, train.maxLength),
    ...(train.augmentation === "crop"
      ? { windowsOf: (random: Random) => toWindows(own, train.maxLength, random) }
      : {}),
    config: train,
    engine,
    validate: (scorer) => validationMetrics(scorer, cases, protocol, { candidates }),
  };
}
