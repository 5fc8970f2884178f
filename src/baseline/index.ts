export { fitItemKnn, type ItemKnnOptions, itemKnnSchema } from "./itemknn.js";
export { fitMarkov, type MarkovOptions, markovSchema } from "./markov.js";
export { fitPopularity } from "./popularity.js";
