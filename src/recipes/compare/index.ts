export {
  type ComparedModel,
  type CompareEvent,
  type CompareModelsOptions,
  type Comparison,
  compareModels,
} from "./compare-models.js";
export { type CompareConfig, compareConfig, compareSchema, QUICK_MODELS } from "./config.js";
