import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { EngineChoice } from "./contract.js";

/** Which engine new processes take, kept in a file beside the runs. */
export class EngineChooser {
  readonly #file: string;
  #choice: EngineChoice;

  constructor(file: string) {
    this.#file = file;
    this.#choice = read(file);
  }

  get choice(): EngineChoice {
    return this.#choice;
  }

  /** Takes effect for every process that is started from now on. */
  choose(choice: EngineChoice): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ engine: choice }));
    this.#choice = choice;
  }

  /** Variables of a process. Without a choice the surroundings of the server decide. */
  get variables(): NodeJS.ProcessEnv {
    return this.#choice === "auto" ? {} : { REFRAIN_ENGINE: this.#choice };
  }
}

function read(file: string): EngineChoice {
  try {
    const { engine } = JSON.parse(readFileSync(file, "utf8")) as { engine?: unknown };
    return engine === "native" || engine === "wasm" ? engine : "auto";
  } catch {
    return "auto";
  }
}
