// What the bench of training steps is told, checked before anything is measured.
import { accessSync, constants } from "node:fs";
import { fail, oneOf, readOptions, wholeNumber } from "../flags.mjs";
import { nameOf, shapes } from "./shapes.mjs";

export const PEERS = ["refrain", "wasm", "torch", "torch-best", "torch-bfloat16", "torch-sparse", "layers"];

const HELP = `npm run bench -- [options]
  --rounds N       rounds, in each of which every peer has its turn (default 7)
  --seconds S      time of one turn, about (default 1)
  --only B/T/D/H/V one shape, or how its name begins; may be given again
  --peers NAME     ${PEERS.join(", ")}; may be given again
  --log FILE       also a share of an epoch by the preset movielens on lines of "user item item …", such as ml-1m.txt.gz
  --no-write       print only; leave bench/RESULTS.md as it is
A run with --only or --peers prints only: bench/RESULTS.md holds whole runs.

  npm run bench -- --log ml-1m.txt.gz
  npm run bench -- --rounds 3 --seconds 0.2 --only 32/ --peers refrain --peers torch-best`;

const PROFILE_HELP = `npm run bench -- profile [--log FILE]
  Times every operation of a training step and writes bench/PROFILE.md.
  --log FILE   also the preset movielens on lines of "user item item …", such as ml-1m.txt.gz`;

/** The flags of this process; ends it with one line and code 2 where one cannot be meant. */
export function readFlags() {
  const {
    rounds,
    seconds,
    only,
    peers,
    log,
    "no-write": quiet,
  } = readOptions(HELP, {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "1" },
    only: { type: "string", multiple: true },
    peers: { type: "string", multiple: true },
    log: { type: "string" },
    "no-write": { type: "boolean", default: false },
  });
  if (!(Number(seconds) > 0 && Number(seconds) < Infinity)) fail(`--seconds is a number above 0, not "${seconds}".`);
  oneOf("peers", peers, PEERS);
  for (const start of only ?? [])
    if (!shapes.some((shape) => nameOf(shape).startsWith(start)))
      fail(`--only is the beginning of one of ${shapes.map(nameOf).join(", ")}, not "${start}".`);
  checkLog(log);
  const whole = !only && !peers;
  return {
    rounds: wholeNumber("rounds", rounds),
    seconds: Number(seconds),
    only,
    peers,
    log,
    whole,
    write: whole && !quiet,
  };
}

/** @param args what the command line says after "profile" */
export function readProfileFlags(args) {
  const { log } = readOptions(PROFILE_HELP, { log: { type: "string" } }, args);
  checkLog(log);
  return { log };
}

function checkLog(log) {
  if (log === undefined) return;
  try {
    accessSync(log, constants.R_OK);
  } catch (error) {
    fail(`--log: ${error.message}`);
  }
}
