// Time of one LSTM to a validation NDCG@10, Refrain and PyTorch in turn on the same processor.
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { keepMemory } from "../engine/worker.mjs";
import { torchPython } from "../venv.mjs";
import { LEVELS, SETS } from "./lines.mjs";

const here = import.meta.dirname;
/** Refrain's options over the preset movielens: a shorter training, which reaches the levels sooner than a long one. */
const OPTIONS = { train: { augmentation: "crop", epochs: 12 } };
/** Epochs of the peer, by the schedule of the recipe that it was published here with. */
const PEER_EPOCHS = 18;
/** Seconds of one turn: long against what a change of turns costs, short against changes of the load. */
const TURN = 10;
/** Seconds between two looks at a running worker at most. */
const LONGEST_LOOK = 0.5;

/**
 * Both train until they pass the last level, one running and the others stopped, so that other work on the processor meets all
 * alike. Seconds are those of a worker's own turns, from its first step, validations included.
 *
 * @param folder of the logs
 * @returns of each, with name, options, seconds to each level (undefined where it was not passed), and its epochs
 */
export async function measureTimes(folder, tell = console.log) {
  const log = SETS["ml-1m"].data((...path) => join(folder, ...path)).path;
  const python = torchPython();
  if (!python) throw new Error("PyTorch is the peer of this measurement and is not here.");
  const peer = (...more) => [python, [join(here, "time-peer.py"), String(PEER_EPOCHS), log, ...more], keepMemory];
  const ours = [process.execPath, [join(here, "time-ours.mjs"), folder, JSON.stringify(OPTIONS)], keepMemory];
  const all = [
    ["Refrain", new Runner(ours)],
    ["PyTorch at its best", new Runner(peer())],
    ["PyTorch, rounding to bfloat16", new Runner(peer("bfloat16"))],
  ];
  try {
    for (const [, runner] of all) await runner.ready();
    while (all.some(([, runner]) => !runner.isDone()))
      for (const [name, runner] of all) {
        if (runner.isDone()) continue;
        for (const { epoch, seconds, ndcg } of await runner.turn(TURN))
          tell(`  ${name}: epoch ${epoch}, NDCG@10 ${ndcg.toFixed(4)}, ${seconds.toFixed(0)} s`);
      }
  } finally {
    for (const [, runner] of all) runner.end();
  }
  const on = {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    on: new Date().toISOString().slice(0, 10),
  };
  return all.map(([name, { epochs }]) => ({ name, seconds: LEVELS.map(secondsTo(epochs)), epochs, ...on }));
}

const secondsTo = (epochs) => (level) => epochs.find(({ ndcg }) => ndcg >= level)?.seconds;

/** A process that is stopped while others have their turn. */
class Runner {
  epochs = [];
  #child;
  #isReady;
  #isOver = false;
  #spent = 0;
  #since = 0;
  #errors = "";

  constructor([command, args, env]) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stderr.on("data", (chunk) => {
      this.#errors = (this.#errors + chunk).slice(-2000);
    });
    this.#isReady = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout }).on("line", (line) => {
        if (!line.startsWith("{")) return;
        const { ready, ...epoch } = JSON.parse(line);
        if (!ready) return this.epochs.push({ ...epoch, seconds: this.#count() });
        this.#child.kill("SIGSTOP");
        resolve();
      });
      this.#child.on("close", (code) => {
        this.#isOver = true;
        if (code) console.error(this.#errors);
        reject(new Error(`${command} ended with ${code}.`));
      });
    });
    this.#isReady.catch(() => {}); // told by `ready`
  }

  ready() {
    return this.#isReady;
  }

  isDone() {
    return this.#isOver || this.epochs.some(({ ndcg }) => ndcg >= LEVELS.at(-1));
  }

  /** Lets it run for so many seconds, or until it is done. Returns the epochs that ended meanwhile. */
  async turn(seconds) {
    const known = this.epochs.length;
    const until = this.#spent + seconds;
    this.#since = performance.now();
    this.#child.kill("SIGCONT");
    while (this.#count() < until && !this.isDone()) await pause(100);
    this.#child.kill("SIGSTOP");
    return this.epochs.slice(known);
  }

  end() {
    this.#child.kill("SIGKILL");
  }

  /** Its own seconds so far. A longer time between two looks is one in which this process was stopped too. */
  #count() {
    const now = performance.now();
    this.#spent += Math.min((now - this.#since) / 1000, LONGEST_LOOK);
    this.#since = now;
    return this.#spent;
  }
}
