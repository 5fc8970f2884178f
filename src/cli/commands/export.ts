import { basename, join } from "node:path";
import { type Command, Option } from "commander";
import {
  type CardFacts,
  EXPORT_TARGETS,
  type ExportTarget,
  exportModel,
  PRECISIONS,
  type Precision,
} from "../../deploy/index.js";
import { startEngine } from "../../engine/index.js";
import { protocolSentence } from "../../evaluate/index.js";
import { loadModel } from "../../model/index.js";
import { findRun, type RunRecord, readRecord } from "../../recipes/index.js";
import { language, text } from "../messages.js";
import { bold, count, formatTable, type Output, printJson, say } from "../output.js";

interface ExportFlags {
  readonly to: ExportTarget;
  readonly out?: string;
  readonly quantise?: Precision;
  readonly users?: boolean;
  readonly replace?: boolean;
}

/** `refrain export` */
export function addExportCommand(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("export")
    .argument("[run]", "id or folder of the run; the newest finished one when left out")
    .description("write a run's model for other programs: ONNX, TensorFlow.js, or one page that works offline")
    .addOption(new Option("--to <kind>", "what to write").choices([...EXPORT_TARGETS]).makeOptionMandatory())
    .option("-o, --out <folder>", "folder to write; by default exports/<run>-<kind>")
    .addOption(
      new Option("-q, --quantise <precision>", "fewer bits for weights; fp16 by default for a page, else fp32").choices(
        [...PRECISIONS],
      ),
    )
    .option("--users", "put listeners' own vectors and ids in too (personal data); without it all are new listeners")
    .option("--replace", "write over a folder that is there")
    .addHelpText(
      "after",
      `
Examples:
  refrain export --to onnx                        step.onnx and sequence.onnx of the newest run, with a model card
  refrain export mine --to onnx --quantise int8   a quarter of the size
  refrain export mine --to tfjs --out web/model   a graph model for TensorFlow.js
  refrain export mine --to page                   index.html: open it, it recommends without a network

What each file takes and gives, and what cannot be exported: docs/deploy.md.`,
    )
    .action(async (run: string | undefined, flags: ExportFlags) => {
      const folder = findRun(runs(), run, "finished");
      const record = readRecord(folder);
      await startEngine("score");
      const saved = loadModel(folder);
      try {
        const report = exportModel(saved, flags.out ?? join("exports", `${record.id}-${flags.to}`), {
          to: flags.to,
          precision: flags.quantise,
          users: flags.users,
          replace: flags.replace,
          seen: record.config.protocol.seen,
          facts: factsOf(record, saved.name),
          language: language(),
        });
        if (output().json) return printJson(report);
        say(
          output(),
          bold(text("deploy.exported", { folder: report.folder, to: report.to, precision: report.precision })),
        );
        const rows = report.files.map(({ name, bytes, sha256 }) => [name, count(bytes), sha256.slice(0, 12)]);
        say(output(), formatTable(["", "bytes", "SHA-256"], rows, [1]));
        if (flags.to === "page") say(output(), text("deploy.open", { path: join(report.folder, "index.html") }));
      } finally {
        saved.model.dispose();
      }
    });
}

/** What the card says. Of the log's path only the name: where it lay is nobody's business. */
function factsOf({ id, data, startedAt, results, config }: RunRecord, name: string): CardFacts {
  const own = results?.rows.find(({ scorer }) => scorer === name);
  const metrics = (own?.metrics ?? [])
    .filter(({ name: metric }) => ["HR@10", "NDCG@10", "MRR@10"].includes(metric))
    .map((metric) => `${metric.name} ${metric.value.toFixed(4)} [${metric.low.toFixed(4)}, ${metric.high.toFixed(4)}]`);
  return {
    run: id,
    data: config.data.path === "jkpop" ? "jkpop (simulated listeners)" : basename(data.path),
    dataHash: data.sha256,
    trainedAt: startedAt,
    metrics,
    protocol: results ? protocolSentence(results.protocol) : "",
  };
}
