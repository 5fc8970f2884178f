import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { z } from "zod";
import {
  type Dataset,
  dataFolder,
  datasetNames,
  datasetSchema,
  datasetTable,
  findDataset,
  getDataset,
  readReceipt,
  termsAccepted,
} from "../../data/registry/index.js";
import { fetchBar } from "../fetch-view.js";
import { interruptible } from "../interruptible.js";
import { text } from "../messages.js";
import { count, formatTable, type Output, printJson, say } from "../output.js";

interface GetFlags {
  readonly from?: string;
  readonly acceptTerms?: boolean;
  readonly acceptChange?: boolean;
  readonly again?: boolean;
}

/** `refrain data list` and `refrain data get` */
export function addDatasetCommands(program: Command, output: () => Output): void {
  const data = program.commands.find((command) => command.name() === "data") as Command;
  data
    .command("list")
    .argument("[name]", "one data set in full")
    .option("--markdown", "print the page docs/datasets.md and stop")
    .option("--print-schema", "print the JSON schema of a descriptor and stop")
    .description("public data sets: what they are, how to get them, which are here")
    .action((name: string | undefined, { markdown, printSchema }: { markdown?: boolean; printSchema?: boolean }) => {
      if (printSchema) return printJson(z.toJSONSchema(datasetSchema, { io: "input", unrepresentable: "any" }));
      const datasets = name ? [findDataset(name)] : datasetNames().map((each) => findDataset(each));
      if (markdown) process.stdout.write(datasetTable(datasets));
      else if (output().json)
        printJson(datasets.map((dataset) => ({ ...dataset, here: readReceipt(dataset.name) ?? null })));
      else if (name) showOne(datasets[0], output());
      else showAll(datasets, output());
    });

  data
    .command("get")
    .argument("<name>", "a name of `refrain data list`")
    .option("--from <file>", "a file that you fetched by hand; it is checked like a download and left where it is")
    .option("--accept-terms", "you have read the terms and agree; remembered")
    .option("--accept-change", "take another file than the last one, where no checksum is published")
    .option("--again", "get it although it is here")
    .description("download a public data set, check it and unpack it")
    .addHelpText(
      "after",
      `
Environment:
  REFRAIN_DATA=FOLDER                    where data sets are kept; by default .cache/datasets
                                         of a checkout, else a folder of yours
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY      proxies

Ctrl-C keeps what has come; the next call goes on from there.`,
    )
    .action(async (name: string, flags: GetFlags) => {
      const dataset = findDataset(name);
      const signal = interruptible();
      const before = readReceipt(name);
      const due = before ? flags.again || flags.from : dataset.byHand === null || flags.from;
      const asked = due && flags.acceptTerms !== true && !termsAccepted(dataset);
      const acceptTerms = flags.acceptTerms === true || (asked && (await agrees(dataset, output(), signal)));
      const bar = fetchBar(output());
      const receipt = await getDataset(dataset, {
        ...flags,
        acceptTerms: acceptTerms === true,
        signal,
        onProgress: bar.onProgress,
        onRetry: (reason, seconds) => bar.note(text("datasets.retry", { reason, seconds: Number(seconds.toFixed(1)) })),
      }).finally(bar.stop);
      const folder = join(dataFolder(), name);
      if (output().json) return printJson(receipt);
      if (before?.at === receipt.at) say(output(), text("datasets.there", { name, folder }));
      else say(output(), text("datasets.done", { name, members: Object.keys(receipt.members).join(", "), folder }));
      if (before?.at !== receipt.at && dataset.checksum.value === null)
        say(output(), text("datasets.unsure", { sha256: receipt.sha256 }));
      say(output(), text("datasets.train", { name }));
    });
}

/** Shows the terms and asks, where a person sits at the terminal. */
async function agrees(dataset: Dataset, output: Output, signal: AbortSignal): Promise<boolean> {
  const { title, licence, terms, citation } = dataset;
  if (!output.json) process.stderr.write(`${text("datasets.terms", { title, licence, terms, citation })}\n`);
  if (output.json || !process.stdin.isTTY || !process.stderr.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*(y|yes|是)\s*$/i.test(await lines.question(text("datasets.question"), { signal }));
  } finally {
    lines.close();
  }
}

function sizeText({ size }: Dataset): string {
  return size.bytes === null ? text("datasets.unknown") : `${count(Math.max(1, Math.round(size.bytes / 1e6)))} MB`;
}

function showAll(datasets: readonly Dataset[], output: Output): void {
  const names = ["name", "title", "here", "size", "how", "licence"].map((name) => text(`datasets.header.${name}`));
  const rows = datasets.map((dataset) => [
    dataset.name,
    dataset.title,
    readReceipt(dataset.name) ? text("datasets.yes") : "",
    sizeText(dataset),
    text(dataset.byHand === null ? "datasets.download" : "datasets.hand"),
    dataset.licence,
  ]);
  say(output, formatTable(names, rows, [3]));
  say(output, `\n${text("datasets.folder", { folder: dataFolder() })}\n${text("datasets.next")}`);
}

function showOne(dataset: Dataset, output: Output): void {
  const { published, recommended } = dataset;
  const fields = ["title", "homepage", "note", "licence", "terms", "citation", "byHand"] as const;
  const rows = fields.flatMap((name) => (dataset[name] ? [[text(`datasets.field.${name}`), dataset[name]]] : []));
  rows.push([text("datasets.field.protocol"), recommended.reason]);
  for (const [name, value] of rows) say(output, `${name}: ${value}`);
  if (published.length === 0) return;
  const header = ["model", "figures", "protocol", "source"].map((name) => text(`datasets.published.${name}`));
  const figures = published.map(({ model, metrics, protocol, source }) => [
    model,
    Object.entries(metrics)
      .map(([name, value]) => `${name} ${value}`)
      .join("  "),
    protocol,
    source,
  ]);
  say(output, `\n${formatTable(header, figures)}`);
}
