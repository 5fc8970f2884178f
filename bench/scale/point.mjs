// One point: node point.mjs AXIS SIZE prints one JSON line. All else is as in the default preset.
import { readFileSync } from "node:fs";
import { Random } from "../../dist/core/random.js";
import { modelConfig, RecurrentModel, StreamingModel, startEngine, tf, toBatch } from "../../dist/index.js";

const [axis, text] = process.argv.slice(2);
const size = Number(text);
const engine = await startEngine("train");
const shape = { items: 3416, users: 1000, length: 64, units: 128, ...{ [axis]: size } };
const config = modelConfig({ hiddenSize: shape.units });
const began = performance.now();
const model = new RecurrentModel(config, shape.items, shape.users, 1);
const start = (performance.now() - began) / 1000;
const random = Random.stream(1, "scale");
/** About as many targets in each batch, whatever the length. */
const rows = Math.max(1, Math.round(2048 / shape.length));
const windows = Array.from({ length: rows }, () => ({
  user: 1 + random.integer(shape.users),
  items: Int32Array.from({ length: shape.length + 1 }, () => 1 + random.integer(shape.items)),
  times: Float64Array.from({ length: shape.length + 1 }, (_, n) => 1.7e9 + 300 * n),
}));
const batch = toBatch(windows);

/** Median milliseconds of some calls, after two that do not count; at most `seconds` of them. */
function timed(work, most, seconds = 8) {
  const times = [];
  const until = performance.now() + seconds * 1000;
  for (let n = 0; n < most + 2 && (n < 3 || performance.now() < until); n++) {
    const from = performance.now();
    work();
    if (n >= 2) times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

const train = timed(() => {
  const { loss, gradients } = model.gradients(batch, { random });
  loss.dataSync();
  tf.dispose([loss, ...Object.values(gradients).flatMap((each) => (each.rows ? [each.values] : [each]))]);
}, 5);
const streaming = new StreamingModel(model);
let state = streaming.start(1);
for (let n = 0; n < 70; n++) state = streaming.play(state, 1 + random.integer(shape.items), 1.7e9 + n);
const play = timed(() => {
  state = streaming.play(state, 1 + random.integer(shape.items), 1.7e9);
}, 100);
const list = timed(() => streaming.top(state, 10), 50);
const peak = /VmHWM:\s+(\d+)/.exec(readSafely("/proc/self/status"));
console.log(
  JSON.stringify({
    engine: engine.name,
    start,
    train,
    targets: batch.positions.length,
    play,
    list,
    weights: model.parameterCount,
    memory: peak ? Number(peak[1]) / 1e6 : null,
  }),
);

function readSafely(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
