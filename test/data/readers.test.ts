// Every layout keeps the contract of a reader.
import { readerContract } from "../contract/reader.js";
import { LAYOUT_FILES } from "../support/layouts.js";

for (const [name, one] of Object.entries(LAYOUT_FILES)) readerContract(name, one);
