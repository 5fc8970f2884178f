// Outputs of executed cells in a form that two runs share byte by byte.
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { processorHere } from "../setup/native/machine.mjs";
import { kernelsOf, verdictOf } from "../setup/native/places.mjs";
import { readJson, sha256OfText } from "../setup/tools/files.mjs";
import { lines, TIMINGS } from "./source.mjs";

/**
 * What the last digits of a result depend on: the engine, with our kernels or without, and the kind of processor. Processors
 * of one name differ, above all in the cloud: a sum says what they can do and how large their caches are.
 */
export function machineHere(root) {
  const engine = readJson(verdictOf(root))?.engine ?? "no";
  const kernels = existsSync(join(kernelsOf(root), "kernels.node")) ? " with kernels" : "";
  const kind = sha256OfText(processorHere(["model", "stepping", "cache size"])).slice(0, 8);
  return `${engine} engine${kernels}, ${cpus()[0]?.model.trim()} (${kind}), ${cpus().length} cores`;
}

/** Outputs by number of the code cell. @param root folder whose path must not stand in a notebook */
export function outputsOf(notebook, root) {
  return notebook.cells
    .filter((cell) => cell.cell_type === "code")
    .map((cell) => cell.outputs.map((output) => normalised(output, root)));
}

function normalised(output, root) {
  const text = (value) => lines(joined(value).replaceAll(root, "."));
  if (output.output_type === "stream") return { name: output.name, output_type: "stream", text: text(output.text) };
  const data = Object.entries(output.data ?? {}).map(([type, value]) => [
    type,
    typeof value === "string" || Array.isArray(value) ? text(value) : value,
  ]);
  return {
    data: Object.fromEntries(data.sort(([a], [b]) => (a < b ? -1 : 1))),
    metadata: {},
    output_type: "display_data",
  };
}

const joined = (value) => (Array.isArray(value) ? value.join("") : value);

/**
 * Where two notebooks differ first, in words; undefined where they are the same. Outputs of different machines must be the
 * same in kind: as many of each cell, in the same forms. So must those that hold times.
 */
export function firstDifference(found, expected) {
  const sameMachine = found.metadata.refrain?.machine === expected.metadata.refrain?.machine;
  for (const [n, cell] of expected.cells.entries()) {
    const other = found.cells[n];
    const exact = sameMachine && !cell.metadata.tags?.includes(TIMINGS);
    const parts = { cell_type: same, source: same, outputs: exact ? same : kinds };
    for (const [part, form] of Object.entries(parts))
      if (JSON.stringify(form(other?.[part])) !== JSON.stringify(form(cell[part])))
        return `${cell.id}: ${part} differ${part === "outputs" && !exact ? " in kind" : ""}`;
  }
  return found.cells.length === expected.cells.length ? undefined : "there are more cells than in the source";
}

const same = (value) => value;
const kinds = (outputs) => outputs?.map(({ data, name }) => (data ? Object.keys(data).sort() : name));
