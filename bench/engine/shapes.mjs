// What is measured: B rows, T steps, D numbers per item, H units, V items; K drawn negatives where the loss is sampled.
export const shapes = [
  { B: 32, T: 20, D: 64, H: 64, V: 1000 },
  { B: 128, T: 50, D: 64, H: 128, V: 3416 },
  { B: 64, T: 100, D: 128, H: 256, V: 12000 },
  { B: 256, T: 50, D: 64, H: 64, V: 3416 },
  { B: 128, T: 20, D: 128, H: 128, V: 200000, K: 2048 },
];

export const nameOf = ({ B, T, D, H, V, K }) => `${B}/${T}/${D}/${H}/${V}${K ? ` sampled ${K}` : ""}`;

/** Floating point operations of one training step that no exact method can leave out: three products per layer. */
export function flopsOf({ B, T, D, H, V, K }) {
  const N = B * T;
  const recurrent = 3 * 2 * N * (D + H) * 4 * H;
  const output = 3 * 2 * N * H * (K ?? V + 1);
  return recurrent + output;
}

/** Bytes that must move at least: each weight and its two moments read and written once, touched rows only where sampled. */
export function bytesOf({ B, T, D, H, V, K }) {
  const rows = K ? Math.min(V, B * T) : V + 1;
  const outputRows = K ? Math.min(V, B * T + K) : V + 1;
  const weights = rows * D + (D + H + 1) * 4 * H + outputRows * (H + 1);
  return weights * 4 * 6;
}
