export { type FetchOptions, fetchAddress, isAddress, keptCopy } from "./address.js";
export { datasetNames, findDataset } from "./catalogue.js";
export { type Dataset, datasetSchema, type PublishedResult } from "./descriptor.js";
export { type GetOptions, type GetProgress, getDataset, termsAccepted } from "./get.js";
export { dataFolder, isDatasetName, type LocatedDataset, locateDataset, type Receipt, readReceipt } from "./store.js";
export { datasetTable } from "./table.js";
