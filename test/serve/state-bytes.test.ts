// A state as the bytes that a store keeps beside the plays.
import { expect, test } from "vitest";
import type { UserState } from "../../src/model/index.js";
import { stateFromBytes, stateToBytes } from "../../src/serve/state-bytes.js";

const state: UserState = {
  user: 3,
  plays: 41,
  time: Number.NaN,
  layers: [
    { h: Float32Array.of(0.5, -1e-40), c: Float32Array.of(2, 3) },
    { h: Float32Array.of(7), c: new Float32Array(0) },
  ],
  top: Float32Array.of(1, 2),
  recent: Int32Array.of(9, 4, 9),
  counts: Int32Array.of(2, 1, 0),
  ages: Int32Array.of(0, 60, -1),
  keys: Float32Array.of(1, 2, 3, 4, 5, 6),
};

test("comes back bit for bit, with and without copies and times", () => {
  for (const each of [
    state,
    { ...state, time: 1e9, ages: new Int32Array(0) },
    { ...state, counts: new Int32Array(0), ages: new Int32Array(0), keys: new Float32Array(0) },
  ])
    expect(stateFromBytes(stateToBytes(each))).toEqual(each);
});

test("bytes that are cut, are none, or have no counts are no state", () => {
  const bytes = stateToBytes(state);
  for (const length of [0, 3, 20, bytes.length - 1]) expect(stateFromBytes(bytes.subarray(0, length))).toBeUndefined();
  const size = Buffer.from(bytes).readUInt32LE(0);
  const { counts, ages, ...header } = JSON.parse(Buffer.from(bytes).toString("utf8", 4, 4 + size));
  expect([counts, ages]).toEqual([3, 3]);
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const numbers = bytes.subarray(4 + size);
  expect(stateFromBytes(Buffer.concat([length, text, numbers]))).toBeUndefined();
});
