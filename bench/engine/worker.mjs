// A process that answers one JSON line with one JSON line, so that rounds of different peers can take turns.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** glibc keeps large blocks instead of giving them back: the fairest PyTorch on Linux. */
export const keepMemory = {
  MALLOC_MMAP_THRESHOLD_: "4294967296",
  MALLOC_TRIM_THRESHOLD_: "8589934592",
  MALLOC_TOP_PAD_: "1073741824",
};

export class Worker {
  #child;
  #answers = [];
  #waiting = [];
  #errors = "";

  constructor(command, args, env = {}) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.on("data", (chunk) => {
      this.#errors = (this.#errors + chunk).slice(-2000);
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const next = this.#waiting.shift();
      if (next) next.resolve(JSON.parse(line));
      else this.#answers.push(JSON.parse(line));
    });
    this.#child.on("close", (code) => {
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`${command} ended with ${code}.\n${this.#errors}`));
    });
  }

  ask(question) {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  end() {
    this.#child.stdin.end();
    this.#child.kill();
  }
}
