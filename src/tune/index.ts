export { promotable, rungsOf } from "./halving.js";
export { type Importance, importanceOf } from "./importance.js";
export {
  CannotWork,
  type Objective,
  type OptimiseOptions,
  optimise,
  type StudyEvent,
  type TaskProgress,
  WorkLost,
  type Worth,
} from "./optimise.js";
export { type SearchBudget, search, type Trial } from "./search.js";
export {
  type AnySpace,
  type Dimension,
  drawPoint,
  type Point,
  parseSpace,
  pointsOf,
  type Range,
  type Space,
  toUnit,
} from "./space.js";
export { RECURRENT_OPTIONS, RECURRENT_SPACE, SPACES } from "./spaces.js";
export { openStudy } from "./sqlite.js";
export { MemoryStudy, type StudyStore } from "./store.js";
export { bestOf, ranked, studyDefinition, trialValue } from "./study.js";
export { goodCount, type TpeOptions, tpePoint } from "./tpe.js";
export type { Halving, RungResult, StudyDefinition, StudyTrial, Task, TaskResult } from "./trials.js";
