// What an export is made of.
import type { Port } from "./network/network.js";

/** What is written: ONNX files, a TensorFlow.js graph model, or one HTML page that holds everything. */
export type ExportTarget = "onnx" | "tfjs" | "page";
export const EXPORT_TARGETS: readonly ExportTarget[] = ["onnx", "tfjs", "page"];

/** A file of an export. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Inputs and outputs of a network by the name of its file; `export.json` holds them. */
export interface ExportedNetwork {
  readonly file: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}
