// `npm start` and `npm test` call this first: packages, build, engine, data. Nothing to do means nothing printed.
// The version check stands before every modern module, so that an old Node gets a sentence and not a syntax error.
import { translator } from "./setup/messages.mjs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(translator(process.env)("oldNode", process.versions.node));
  process.exitCode = 1;
} else {
  import("./setup/main.mjs").then(async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2));
  });
}
