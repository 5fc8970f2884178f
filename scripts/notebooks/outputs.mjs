// Outputs of executed cells in a form that two runs share byte by byte.
import { lines } from "./source.mjs";

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

/** Where two notebooks differ first, in words; undefined where they are the same. */
export function firstDifference(found, expected) {
  for (const [n, cell] of expected.cells.entries()) {
    const other = found.cells[n];
    for (const part of ["cell_type", "source", "outputs"])
      if (JSON.stringify(other?.[part]) !== JSON.stringify(cell[part])) return `${cell.id}: ${part} differ`;
  }
  return found.cells.length === expected.cells.length ? undefined : "there are more cells than in the source";
}
