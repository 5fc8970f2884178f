export { type SearchBudget, search, type Trial } from "./search.js";
export { type AnySpace, type Dimension, type Point, pointsOf, type Space } from "./space.js";
export { RECURRENT_SPACE, SPACES } from "./spaces.js";
