// A trained model as files that other programs run.
import { readFileSync } from "node:fs";
import { sha256 } from "../core/files.js";
import type { SavedModel } from "../model/index.js";
import { type CardFacts, type CardLanguage, modelCard } from "./card.js";
import { writeFolderAtomic } from "./folder.js";
import type { Network } from "./network/network.js";
import { sequenceNetwork } from "./network/sequence.js";
import { stepNetwork } from "./network/step.js";
import { onnxBytes } from "./onnx/write.js";
import { pageHtml } from "./page/page.js";
import type { Precision } from "./quantise.js";
import type { ExportedFile, ExportedNetwork, ExportTarget } from "./targets.js";
import { graphModelFiles } from "./tfjs/write.js";
import { exportWeights, packWeights } from "./weights.js";

export interface ExportOptions {
  readonly to: ExportTarget;
  /** Default fp32; a page is written in fp16 unless this says otherwise, since it is sent whole. */
  readonly precision?: Precision;
  /** Whether listeners' own vectors and ids go along. Default false: every listener is then a new one. */
  readonly users?: boolean;
  /** Write over a folder that is there. Default false. */
  readonly replace?: boolean;
  /** Whether lists may hold songs that were heard; for the page. Default "keep". */
  readonly seen?: "keep" | "remove";
  /** What the card says of the training. */
  readonly facts?: CardFacts;
  readonly language?: CardLanguage;
}

export interface ExportReport {
  readonly folder: string;
  readonly to: ExportTarget;
  readonly precision: Precision;
  readonly files: readonly ExportedFile[];
}

/** Cells whose whole histories ONNX has a layer for. */
const WITH_SEQUENCE = ["lstm", "gru", "rnn"];

/**
 * Writes a model into a folder, with a model card, the names of its items and a list of all files with their hashes. The
 * folder appears whole or not at all. Listeners' histories are never written.
 *
 *   onnx   step.onnx: one play and the state in, scores and the state out. sequence.onnx: whole histories in, scores out
 *          (lstm, gru and rnn)
 *   tfjs   model.json and weights.bin: the same step for one listener, a graph model
 *   page   index.html: the step, TensorFlow.js and the titles in one file that needs no server
 *
 * @throws {RefrainError} EXPORT_UNSUPPORTED for attention, a weight that a precision cannot hold, or more than 2 GiB;
 *         EXPORT_EXISTS for a folder with something in it, without `replace`; FILE_WRITE_FAILED
 */
export function exportModel(saved: SavedModel, folder: string, options: ExportOptions): ExportReport {
  const { to, users = false, replace = false, seen = "keep", language = "en" } = options;
  const precision = options.precision ?? (to === "page" ? "fp16" : "fp32");
  const { model } = saved;
  const shape = { config: model.config, itemCount: model.itemCount };
  const plain = exportWeights(model, users && to !== "page");
  const packed = packWeights(plain, precision);
  const step = stepNetwork(shape, plain);
  const version = ownVersion();
  const notes = (name: string, description: string) => ({
    name,
    version,
    description,
    properties: { precision, windowLength: String(saved.windowLength), items: String(model.itemCount) },
  });
  const files = new Map<string, string | Uint8Array>();
  const networks: ExportedNetwork[] = [];
  const list = (file: string, { inputs, outputs }: Network) => networks.push({ file, inputs, outputs });
  if (to === "onnx") {
    files.set(
      "step.onnx",
      onnxBytes(step, packed, notes("step", "One play and the state in, scores and the state out.")),
    );
    list("step.onnx", step);
    if (WITH_SEQUENCE.includes(model.config.cell)) {
      const sequence = sequenceNetwork(shape, plain);
      files.set("sequence.onnx", onnxBytes(sequence, packed, notes("sequence", "Whole histories in, scores out.")));
      list("sequence.onnx", sequence);
    }
  } else {
    const graph = graphModelFiles(step, packed, "One play and the state in, scores and the state out.");
    if (to === "tfjs") {
      for (const [name, content] of Object.entries(graph)) files.set(name, content);
      list("model.json", step);
    } else files.set("index.html", pageHtml({ saved, graph, step, seen }));
  }
  if (to !== "page")
    files.set(
      "items.json",
      JSON.stringify({ ids: saved.items.ids, titles: saved.titles, ...(users ? { users: saved.users.ids } : {}) }),
    );
  const listed = [...files].map(([name, content]): ExportedFile => {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    return { name, bytes: bytes.byteLength, sha256: sha256(bytes) };
  });
  const written = { format: 1, refrain: version, to, precision, users: users && to !== "page", config: model.config };
  const sizes = { items: model.itemCount, windowLength: saved.windowLength };
  files.set("export.json", `${JSON.stringify({ ...written, ...sizes, networks, files: listed }, null, 2)}\n`);
  files.set(
    "README.md",
    modelCard(
      { saved, to, precision, users: users && to !== "page", version, files: listed, networks, facts: options.facts },
      language,
    ),
  );
  writeFolderAtomic(folder, files, replace);
  return { folder, to, precision, files: listed };
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string })
    .version;
}
