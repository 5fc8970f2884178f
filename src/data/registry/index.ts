export { type FetchOptions, fetchAddress, keptCopies } from "./address.js";
export { datasetNames, findDataset } from "./catalogue.js";
export { type Dataset, datasetSchema, type PublishedResult } from "./descriptor.js";
export { type GetOptions, getDataset, termsAccepted } from "./get.js";
export type { GetProgress } from "./progress.js";
export { isAddress } from "./remote.js";
export { dataFolder, isDatasetName, type LocatedDataset, locateDataset, type Receipt, readReceipt } from "./store.js";
export { datasetTable } from "./table.js";
