// Refrain as a worker for time to quality. Arguments: FOLDER of the logs, and options over those of the line as JSON.
// Prints {"ready": true} before the first step and {"epoch", "ndcg"} after each validation.
import { startEngine } from "../../dist/index.js";
import { measureValidation, prepared } from "../validation.mjs";
import { LINES } from "./lines.mjs";
import { configOf } from "./measure.mjs";

const [folder, options] = process.argv.slice(2);
const line = { ...LINES["ml-1m-lstm"], options: JSON.parse(options) };
const config = configOf(line, 1, folder);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const engine = await startEngine("train");
const log = await prepared(config);
say({ ready: true });
await measureValidation(config, log, engine, ({ epoch, metrics }) => say({ epoch, ndcg: metrics["NDCG@10"] }));
