import type { StopReason, TrainingEvent } from "../core/events.js";
import type { Figure } from "../core/types.js";
import { type CurvePoint, lineChart, trainingCurves } from "../plot/index.js";
import { currentChannel } from "./channel.js";
import { cell, escapeHtml } from "./html.js";
import { figureBundle } from "./show.js";
import { figureSvg } from "./svg.js";

/** What a run left behind for figures. */
export interface Watched {
  /** Loss in nats of every step, by number of the step. */
  readonly steps: readonly { readonly step: number; readonly loss: number; readonly gradientNorm: number }[];
  readonly epochs: readonly CurvePoint[];
  readonly reason: StopReason | "unknown";
  readonly bestEpoch: number;
  readonly bestValue: number;
  readonly warnings: readonly string[];
  /** Folder of a whole run; undefined for `train` alone, and for a run that did not come to its end. */
  readonly folder?: string;
}

export interface WatchOptions {
  /** Heading of the figure. Default "Training". */
  readonly title?: string;
  /** Milliseconds between two pictures at least. Default 300. */
  readonly every?: number;
}

let watches = 0;

/**
 * Follows a training run or a whole run live below the cell: curves, step, loss and time left. When the run ends, a figure
 * of the curves and one line take the place of the live picture; neither holds a duration, so that a run with the same seed
 * leaves the same cell behind.
 *
 * @param events as `train`, `startRun`, `resumeRun` give them; other events pass through unseen
 * @returns losses by step and metrics by epoch
 * @throws whatever the run throws; {RefrainError} DISPLAY_MISSING outside a notebook
 */
export async function watch(
  events: AsyncIterable<TrainingEvent | { readonly type: string }>,
  options: WatchOptions = {},
): Promise<Watched> {
  const { title = "Training", every = 300 } = options;
  const channel = currentChannel();
  const id = `refrain-watch-${++watches}`;
  const seen = new Seen();
  let shownAt = Number.NEGATIVE_INFINITY;
  channel.display({ "text/html": "<p>…</p>", "text/plain": "…" }, { id });
  try {
    for await (const event of events) {
      seen.take(event as TrainingEvent);
      if (performance.now() - shownAt < every) continue;
      const live = `${figureSvg(seen.figure(title))}<p>${escapeHtml(seen.progress())}</p>`;
      channel.display({ "text/html": live, "text/plain": seen.progress() }, { id, update: true });
      shownAt = performance.now();
    }
  } finally {
    const line = seen.summary();
    const bundle = seen.watched.epochs.length > 0 ? figureBundle(seen.figure(title)) : { "text/plain": line };
    channel.display(bundle, { id, update: true });
  }
  channel.display({ "text/html": `<p>${escapeHtml(seen.summary())}</p>`, "text/plain": seen.summary() });
  return seen.watched;
}

/** What has happened so far. */
class Seen {
  readonly watched = {
    steps: [] as { step: number; loss: number; gradientNorm: number }[],
    epochs: [] as CurvePoint[],
    reason: "unknown" as StopReason | "unknown",
    bestEpoch: 0,
    bestValue: 0,
    warnings: [] as string[],
    folder: undefined as string | undefined,
  };
  #stepsDone = 0;
  #start: Extract<TrainingEvent, { type: "start" }> | undefined;
  #step: Extract<TrainingEvent, { type: "step" }> | undefined;

  take(event: TrainingEvent | { readonly type: "saved"; readonly folder: string }): void {
    const { watched } = this;
    if (event.type === "start") this.#start = event;
    else if (event.type === "step") {
      this.#step = event;
      this.#stepsDone = event.step;
      watched.steps.push({ step: event.step, loss: event.loss, gradientNorm: event.gradientNorm });
    } else if (event.type === "validation")
      watched.epochs.push({ epoch: event.epoch, trainingLoss: event.trainingLoss, metrics: event.metrics });
    else if (event.type === "warning") watched.warnings.push(event.message);
    else if (event.type === "end") {
      watched.reason = event.reason;
      watched.bestEpoch = event.bestEpoch;
      watched.bestValue = event.bestValue;
      this.#stepsDone = event.steps;
    } else if (event.type === "saved") watched.folder = event.folder;
  }

  /** Curves by epoch once there are two; the losses of the steps before that. */
  figure(title: string): Figure {
    const { epochs, steps } = this.watched;
    if (epochs.length > 1 || steps.length === 0) return withTitle(trainingCurves(epochs), title);
    const every = Math.max(1, Math.ceil(steps.length / 200));
    const points = steps.filter((_, n) => n % every === 0);
    const line = { name: "training loss", x: points.map(({ step }) => step), y: points.map(({ loss }) => loss) };
    return lineChart(title, [line], { x: "step", y: "loss (nats)" });
  }

  progress(): string {
    const last = this.watched.epochs.at(-1);
    const metrics = Object.entries(last?.metrics ?? {}).filter(([name]) => name === "HR@10" || name === "NDCG@10");
    const { step = 0, totalSteps = 0, epoch = 0, loss = 0, secondsLeft = Number.NaN } = this.#step ?? {};
    return [
      `step ${cell(step)} / ${cell(totalSteps)}`,
      `epoch ${epoch} / ${this.#start?.epochs ?? "?"}`,
      `loss ${loss.toFixed(3)}`,
      ...metrics.map(([name, value]) => `${name} ${value.toFixed(3)}`),
      ...(Number.isFinite(secondsLeft) ? [`${Math.ceil(secondsLeft)} s left`] : []),
    ].join(" · ");
  }

  summary(): string {
    const { epochs, reason, bestEpoch, bestValue, warnings } = this.watched;
    const how = reason === "unknown" ? "ended early" : reason;
    const metrics = Object.entries(epochs[bestEpoch - 1]?.metrics ?? {});
    const [chosenBy] = metrics.find(([, value]) => value === bestValue) ?? ["validation"];
    const best = bestEpoch > 0 ? [`best epoch ${bestEpoch} (${chosenBy} ${bestValue.toFixed(3)})`] : [];
    return [how, `step ${cell(this.#stepsDone)}`, `epoch ${epochs.length}`, ...best, ...warnings].join(" · ");
  }
}

function withTitle(figure: Figure, text: string): Figure {
  return { ...figure, layout: { ...figure.layout, title: { ...(figure.layout.title as object), text } } };
}
