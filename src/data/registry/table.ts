import type { Dataset } from "./descriptor.js";

/** The page docs/datasets.md: a table of the data sets, how to get those that need a hand, and published figures. */
export function datasetTable(datasets: readonly Dataset[]): string {
  const rows = datasets.map((dataset) =>
    row([
      `[${dataset.name}](${dataset.homepage})`,
      dataset.title,
      dataset.byHand === null ? "download" : "by hand",
      sizeText(dataset),
      dataset.layout ?? "columns",
      dataset.rows?.toLocaleString("en-US") ?? "",
      dataset.checksum.value === null ? "none published" : dataset.checksum.algorithm,
      splitText(dataset),
      dataset.licence,
    ]),
  );
  const hand = datasets.filter(({ byHand }) => byHand !== null);
  return [
    "# Public data sets",
    "",
    "This page is made from `datasets/*/descriptor.json` by `refrain data list --markdown`. A test keeps the two equal.",
    "",
    "`refrain data get <name>` shows the terms, downloads, checks, unpacks and remembers. `refrain train --data <name>` then",
    "finds the data set and uses its recommended protocol. `--from FILE` takes a file that was fetched by hand.",
    "",
    row(["name", "what", "how", "size", "layout", "rows", "checksum", "recommended split", "licence"]),
    row(Array.from({ length: 9 }, () => "---")),
    ...rows,
    "",
    "Where no checksum is published, the first download is written down and later ones are compared with it.",
    "",
    "## By hand",
    "",
    ...hand.map(({ name, byHand }) => `- **${name}**: ${byHand}`),
    "",
    "## Notes",
    "",
    ...datasets.flatMap(({ name, note }) => (note ? [`- **${name}**: ${note}`] : [])),
    "",
    "## Why the protocol",
    "",
    ...datasets.map(({ name, recommended }) => `- **${name}**: ${recommended.reason}`),
    "",
    "## Published figures",
    "",
    "Compare only with the same protocol.",
    "",
    row(["name", "model", "figures", "protocol", "source"]),
    row(Array.from({ length: 5 }, () => "---")),
    ...datasets.flatMap(({ name, published }) =>
      published.map(({ model, metrics, protocol, source }) => {
        const figures = Object.entries(metrics).map(([metric, value]) => `${metric} ${value.toFixed(4).slice(1)}`);
        return row([name, model, figures.join(", "), protocol, source]);
      }),
    ),
    "",
    "## Citations",
    "",
    ...datasets.map(({ name, citation }) => `- **${name}**: ${citation}`),
    "",
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function sizeText({ size: { bytes, exact } }: Dataset): string {
  if (bytes === null) return "not known";
  const megabytes = bytes / 1e6;
  return `${exact ? "" : "about "}${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes).toLocaleString("en-US")} MB`;
}

function splitText({ recommended: { split, protocol } }: Dataset): string {
  return `${split?.kind ?? "auto"}, seen items ${protocol?.seen === "remove" ? "removed" : "kept"}`;
}
