// Loads tfjs-node in a process of its own and multiplies: an addon for another machine may end the process.
const util = require("node:util");

// tfjs-node 4.22 calls what Node 23 removed and Node 22 warns of (tfjs issue 8609).
util.isNullOrUndefined = (value) => value === null || value === undefined;
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";

const tf = require("@tensorflow/tfjs-node");
const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])).dataSync();
const right = [19, 22, 43, 50].every((value, i) => value === product[i]);
if (!right || tf.getBackend() !== "tensorflow") throw new Error(`wrong product: ${Array.from(product)}`);
console.log(`\n${JSON.stringify({ tensorflow: tf.backend().binding.TF_Version })}`);
