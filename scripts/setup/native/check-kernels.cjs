// Loads Refrain's kernels beside TensorFlow in a process of its own and runs one: the softmax of two equal logits.
const { resolve } = require("node:path");
const util = require("node:util");

util.isNullOrUndefined = (value) => value === null || value === undefined;
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";

const tf = require("@tensorflow/tfjs-node");
require(resolve(process.argv[2]));
const none = tf.tensor1d([], "int32");
const inputs = [tf.zeros([1, 3]), tf.zeros([2, 3]), tf.zeros([2]), tf.tensor1d([1], "int32"), tf.zeros([0])];
const options = [tf.scalar(1, "int32"), none, none, tf.zeros([0])];
const [loss] = tf.backend().executeMultipleOutputs("RefrainLinearCrossEntropy", [], [...inputs, ...options], 6);
const found = loss.dataSync()[0];
if (Math.abs(found - Math.LN2) > 1e-6) throw new Error(`wrong loss: ${found}`);
