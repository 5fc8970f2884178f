// The process that trains trials: started by the pool, ends with it.
import { serveTasks } from "../../tune/workers/child.js";
import { type TrialBegin, trialObjective } from "./trial.js";

serveTasks((begin) => trialObjective(begin as TrialBegin));
