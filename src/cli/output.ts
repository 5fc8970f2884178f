import { styleText } from "node:util";
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import { text } from "./messages.js";

export { count, percent } from "../core/numbers.js";

/** Where things are printed; `--json` turns everything but the result off. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
}

export const bold = (value: string): string => (process.stdout.isTTY ? styleText("bold", value) : value);
export const faint = (value: string): string => (process.stdout.isTTY ? styleText("dim", value) : value);

/** Prints a line for a person; silent with --json. */
export function say(output: Output, line = ""): void {
  if (!output.json && !output.quiet) process.stdout.write(`${line}\n`);
}

/** Prints the one JSON document of a command. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A table without rules, columns aligned, wide characters counted as two. Columns after the first may be right-aligned. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const none = Object.fromEntries(
    [
      "top",
      "top-mid",
      "top-left",
      "top-right",
      "bottom",
      "bottom-mid",
      "bottom-left",
      "bottom-right",
      "left",
      "left-mid",
      "mid",
      "mid-mid",
      "right",
      "right-mid",
    ].map((name) => [name, ""]),
  );
  const table = new Table({
    head: header.map(bold),
    chars: { ...none, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: header.map((_, i) => (right.includes(i) ? "right" : "left")),
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** A bar on a terminal, and a plain line now and then elsewhere. */
export function progressBar(
  output: Output,
  total: number,
): { update(value: number, note: string): void; stop(): void } {
  if (output.json || output.quiet) return { update() {}, stop() {} };
  if (process.stderr.isTTY) {
    const bar = new SingleBar({
      format: "{bar} {percentage} % {note}",
      clearOnComplete: true,
      hideCursor: true,
      stream: process.stderr,
      fps: 5,
      barsize: 24,
    });
    bar.start(total, 0, { note: "" });
    return { update: (value, note) => bar.update(value, { note }), stop: () => bar.stop() };
  }
  let last = performance.now();
  return {
    update(value, note) {
      if (performance.now() - last < 15_000) return;
      last = performance.now();
      process.stdout.write(`${((100 * value) / total).toFixed(0)} % ${note}\n`);
    },
    stop() {},
  };
}

/** A bar for the share of a work that is done, with the time left. It appears with the first share, and counts from when it is made. */
export function shareBar(output: Output): { readonly onShare: (share: number) => void; stop(): void } {
  let bar: ReturnType<typeof progressBar> | undefined;
  const began = performance.now();
  return {
    onShare(share) {
      bar ??= progressBar(output, 1);
      const left = ((performance.now() - began) / 1000) * (1 / share - 1);
      bar.update(share, text("timeLeft", { left: duration(left) }));
    },
    stop: () => bar?.stop(),
  };
}

/** 75 -> "1 min 15 s" */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Metrics that are shown where there is room for two. */
export const SHOWN_METRICS: readonly string[] = ["HR@10", "NDCG@10"];
