// Exported networks, run by the programs that they are written for.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Random } from "../../src/core/random.js";
import type { Feeds, PortValues } from "../../src/deploy/index.js";
import { tf } from "../../src/engine/index.js";
import { type ModelConfig, RecurrentModel } from "../../src/model/index.js";
import { ROOT } from "./cli.js";
import { smallModel } from "./training.js";

export type Run = (feeds: Feeds) => Promise<Feeds>;

interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

interface OnnxRuntime {
  readonly InferenceSession: {
    create(bytes: Uint8Array): Promise<{ run(feeds: object): Promise<Record<string, OnnxTensor>> }>;
  };
  readonly Tensor: new (type: string, values: unknown, shape: readonly number[]) => OnnxTensor;
}

const TOOLS = join(ROOT, "tools", "onnx", "package.json");

/** False where `npm run onnx` has not been run; tests that need ONNX Runtime are then skipped, and the reporter shows it. */
export const hasOnnx: boolean = existsSync(join(TOOLS, "..", "node_modules", "onnxruntime-node"));

/** An ONNX file by ONNX Runtime: `node` is its C++ build, `web` its WebAssembly build for browsers. */
export async function onnxRun(bytes: Uint8Array, runtime: "node" | "web"): Promise<Run> {
  const ort = createRequire(TOOLS)(`onnxruntime-${runtime}`) as OnnxRuntime;
  const session = await ort.InferenceSession.create(bytes);
  return async (feeds) => {
    const tensors = Object.entries(feeds).map(
      ([name, { type, shape, values }]) => [name, new ort.Tensor(type, values, shape)] as const,
    );
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, plain(tensor)]));
  };
}

function plain({ type, dims, data }: OnnxTensor): PortValues {
  return { type: type as PortValues["type"], shape: dims, values: (data as Float32Array).slice() };
}

/** A graph model by TensorFlow.js on the engine that runs. The caller disposes. */
export async function graphModelRun(
  json: string,
  weights: Uint8Array,
): Promise<{ readonly run: Run; readonly dispose: () => void }> {
  const { modelTopology, weightsManifest, signature } = JSON.parse(json);
  const weightSpecs = weightsManifest[0].weights;
  const weightData = new Uint8Array(weights).buffer; // a copy: `slice` of a Buffer is none
  const artifacts = { modelTopology, weightSpecs, weightData, signature, format: "graph-model" };
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts) as never);
  const names = Object.keys(signature.outputs);
  const run: Run = async (feeds) => {
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, { type, shape, values }]) => [name, tf.tensor(values, [...shape], type)]),
    );
    const results = model.execute(inputs, names) as ReturnType<typeof tf.tensor>[];
    const outputs = results.map((tensor, n) => {
      const values = tensor.dataSync().slice() as Float32Array;
      return [names[n], { type: tensor.dtype as PortValues["type"], shape: tensor.shape, values }] as const;
    });
    tf.dispose([...Object.values(inputs), ...results]);
    return Object.fromEntries(outputs);
  };
  return { run, dispose: () => model.dispose() };
}

export const [V, U] = [11, 3];
const ARTISTS = {
  name: "artist",
  values: ["", "IU", "宇多田ヒカル"],
  codes: Int32Array.from({ length: V + 1 }, (_, item) => item % 3),
};

/** A model with random weights large enough that every mechanism speaks. */
export function shakenModel(options: Partial<ModelConfig>): RecurrentModel {
  const model = new RecurrentModel(smallModel(options), V, U, 1, options.attributes ? [ARTISTS] : []);
  for (const [name, parameter] of model.parameters) {
    const random = Random.stream(9, name);
    parameter.assign(Float32Array.from({ length: parameter.size }, () => random.uniform() - 0.5));
  }
  return model;
}
