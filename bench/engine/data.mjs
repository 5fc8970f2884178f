// The same weights and the same batch for everybody, as raw little-endian files with a manifest.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../dist/core/random.js";

/** Writes weights, batch and negatives of a shape into a folder. */
export function writeData(folder, { B, T, D, H, V, K }) {
  mkdirSync(folder, { recursive: true });
  const random = Random.stream(1, "bench", B, T, D, H, V);
  const manifest = {};
  const write = (name, shape, values) => {
    const file = `${name.replace("/", "-")}.bin`;
    writeFileSync(join(folder, file), new Uint8Array(values.buffer));
    manifest[name] = { file, shape, type: values instanceof Int32Array ? "int32" : "float32" };
  };
  const small = (name, shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    write(
      name,
      shape,
      Float32Array.from({ length: size }, () => 0.1 * (random.uniform() - 0.5)),
    );
  };
  small("item/embedding", [V + 1, D]);
  small("layer0/input", [D, 4 * H]);
  small("layer0/recurrent", [H, 4 * H]);
  small("layer0/bias", [4 * H]);
  small("output/items", [V + 1, H]);
  write("output/bias", [V + 1], new Float32Array(V + 1));
  const items = (count) => Int32Array.from({ length: count }, () => 1 + random.integer(V));
  write("inputs", [T, B], items(T * B));
  write("targets", [T * B], items(T * B));
  if (K) write("negatives", [K], items(K));
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ shape: { B, T, D, H, V, K }, arrays: manifest }));
}
