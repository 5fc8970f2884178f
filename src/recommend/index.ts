export { explain, type Reason } from "./explain.js";
export { type Recommendation, type RecommendOptions, recommend } from "./recommend.js";
export { findTitle, type ItemNames, namesOf, searchTitles } from "./titles.js";
