// One source file holds a notebook in both languages: text after `<!-- en -->` and `<!-- zh -->`, code cells in ```ts
// fences, or ```ts timings where the output holds times, which no two runs share. Code that is only to be read stands in
// ```typescript fences.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const LANGUAGES = ["en", "zh"];
/** Tag of a cell whose output holds times. */
export const TIMINGS = "timings";

/** Names of all notebooks, in order. */
export function notebookNames(root) {
  const files = readdirSync(join(root, "notebooks", "source"));
  return files
    .filter((file) => file.endsWith(".md"))
    .map((file) => file.slice(0, -3))
    .sort();
}

/** Where the notebook of a language stands. */
export function notebookPath(root, name, language) {
  return join(root, "notebooks", ...(language === "en" ? [] : [language]), `${name}.ipynb`);
}

export function readSource(root, name) {
  return parseSource(readFileSync(join(root, "notebooks", "source", `${name}.md`), "utf8"), name);
}

/** Cells of a source: { type: "code", code, timings? } or { type: "text", en, zh }. Throws with the line for a text without its pair. */
export function parseSource(text, name) {
  const cells = [];
  let open; // the cell that lines go to
  const close = () => {
    if (open?.type === "text" && LANGUAGES.some((language) => !open[language]?.trim()))
      throw new Error(`notebooks/source/${name}.md:${open.line}: a text must be there in ${LANGUAGES.join(" and ")}.`);
    open = undefined;
  };
  text.split("\n").forEach((line, n) => {
    const language = /^<!-- (\w+) -->$/.exec(line)?.[1];
    if (open?.type === "code") {
      if (line === "```") open = undefined;
      else open.code += `${line}\n`;
    } else if (line === "```ts" || line === "```ts timings") {
      close();
      open = { type: "code", code: "", ...(line.endsWith("timings") && { timings: true }) };
      cells.push(open);
    } else if (language) {
      if (!open || open[language] !== undefined) {
        close();
        open = { type: "text", line: n + 1 };
        cells.push(open);
      }
      open[language] = "";
      open.language = language;
    } else if (open) open[open.language] += `${line}\n`;
    else if (line.trim())
      throw new Error(`notebooks/source/${name}.md:${n + 1}: a text must follow <!-- en --> or <!-- zh -->.`);
  });
  close();
  return cells.map(({ type, code, en, zh, ...rest }) =>
    type === "code" ? { type, code: code.trimEnd(), ...rest } : { type, en: en.trim(), zh: zh.trim() },
  );
}

/** The same cells with the code of the solutions run where it stands, which readers see folded. */
export function withSolutions(cells) {
  return cells.flatMap((cell) => {
    const solutions = cell.type === "text" ? [...cell.en.matchAll(/^```typescript\n([\s\S]*?)^```$/gm)] : [];
    return [cell, ...solutions.map(([, code]) => ({ type: "code", code: code.trimEnd() }))];
  });
}

/** The same cells, those of code twice in a row: running a cell again must be safe. */
export function twice(cells) {
  return cells.flatMap((cell) => (cell.type === "code" ? [cell, cell] : [cell]));
}

/** The notebook of a language, as Jupyter's JSON, with the given outputs by number of the code cell and where they are from. */
export function toNotebook(cells, language, outputs = [], machine = undefined) {
  let count = 0;
  return {
    cells: cells.map((cell, n) => {
      const id = `cell-${String(n + 1).padStart(2, "0")}`;
      if (cell.type === "text") return { cell_type: "markdown", id, metadata: {}, source: lines(cell[language]) };
      const own = outputs[count++];
      return {
        cell_type: "code",
        execution_count: own ? count : null,
        id,
        metadata: cell.timings ? { tags: [TIMINGS] } : {},
        outputs: own ?? [],
        source: lines(cell.code),
      };
    }),
    metadata: {
      kernelspec: { display_name: "TypeScript (tslab)", language: "typescript", name: "tslab" },
      language_info: { file_extension: ".ts", mimetype: "text/typescript", name: "typescript" },
      ...(machine && { refrain: { machine } }),
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** A text as Jupyter stores it: a list of lines. */
export function lines(text) {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

export function toText(notebook) {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}
