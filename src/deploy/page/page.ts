// One HTML file that recommends without a server: the network, its weights, TensorFlow.js and the titles.
import { browserBundle } from "../../engine/index.js";
import type { SavedModel } from "../../model/index.js";
import { startState } from "../feeds.js";
import type { Network } from "../network/network.js";
import type { GraphModelFiles } from "../tfjs/write.js";
import { PAGE_SCRIPT } from "./script.js";
import { PAGE_STYLE } from "./style.js";

export interface PageInput {
  readonly saved: Pick<SavedModel, "titles" | "aliases" | "name">;
  readonly graph: GraphModelFiles;
  readonly step: Network;
  readonly seen: "keep" | "remove";
}

/** Nothing may be loaded from anywhere, so a page that is opened from a disk keeps what is typed to itself. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The page. Titles come from a log, so they go in as data and never as markup. */
export function pageHtml({ saved, graph, step, seen }: PageInput): string {
  const { modelTopology, weightsManifest, signature } = JSON.parse(graph["model.json"]) as {
    modelTopology: unknown;
    weightsManifest: { weights: unknown }[];
    signature: unknown;
  };
  const state = Object.entries(startState(step.inputs)).map(([name, { type, shape }]) => ({ name, type, shape }));
  const contexts = step.inputs.filter(({ isState }) => !isState).map(({ name }) => name);
  const data = {
    name: saved.name,
    titles: saved.titles,
    aliases: saved.aliases.map(([first]) => first ?? ""),
    seen,
    state,
    inputs: contexts,
    outputs: step.outputs.map(({ name }) => name),
    model: { modelTopology, weightSpecs: weightsManifest[0].weights, signature, format: "graph-model" },
    weights: Buffer.from(graph["weights.bin"]).toString("base64"),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Refrain</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1 data-text="title"></h1>
<p data-text="intro"></p>
<p id="status" role="status"></p>
<label for="search" data-text="search"></label>
<input id="search" type="search" autocomplete="off" spellcheck="false" disabled>
<ul id="found" aria-live="polite"></ul>
<h2 data-text="heard"></h2>
<ol id="heard"></ol>
<p id="none" data-text="none"></p>
<button id="clear" type="button" data-text="clear" hidden></button>
<h2 data-text="next"></h2>
<ol id="next"></ol>
</main>
<script>${browserBundle().replaceAll("</script", "<\\/script")}</script>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
