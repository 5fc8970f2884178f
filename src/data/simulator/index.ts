// A simulated listening log whose best attainable score is known: real songs, made-up listeners. See
// datasets/jkpop/DATASHEET.md.

export { checkCatalogue, foldTitle, readCatalogue, type Song } from "./catalogue.js";
export { KINDS, type Kind } from "./dirt.js";
export { MOVES } from "./distribution.js";
export { type Generated, type GenerateOptions, generateJkpop, JKPOP_SEED } from "./generate.js";
export { type Oracle, type OracleResult, oracleOn } from "./oracle.js";
export { MOODS, PARAMETERS } from "./parameters.js";
export { type SimulateOptions, type Simulation, simulate } from "./simulate.js";
export { parseTruth, readOracle, readTruth, type Truth, truthText } from "./truth.js";
