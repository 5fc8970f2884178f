import type { Figure } from "../core/types.js";
import { axis, COLOURS, figure } from "./theme.js";

/** One epoch of a run. Loss in nats, metrics in [0, 1]. */
export interface CurvePoint {
  readonly epoch: number;
  readonly trainingLoss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Training loss and validation metrics by epoch, with the loss on the left axis. */
export function trainingCurves(
  points: readonly CurvePoint[],
  metrics: readonly string[] = ["HR@10", "NDCG@10"],
): Figure {
  const known = metrics.filter((metric) => points.some((point) => point.metrics[metric] !== undefined));
  const x = points.map(({ epoch }) => epoch);
  const line = (name: string, y: number[], colour: string, more: Record<string, unknown> = {}) => ({
    type: "scatter",
    mode: "lines+markers",
    name,
    x,
    y,
    line: { color: colour, width: 2 },
    marker: { size: 5 },
    ...more,
  });
  return figure(
    "Training",
    [
      line(
        "training loss",
        points.map(({ trainingLoss }) => trainingLoss),
        COLOURS[0],
      ),
      ...known.map((metric, i) =>
        line(
          `validation ${metric}`,
          points.map((point) => point.metrics[metric]),
          COLOURS[i + 1],
          {
            yaxis: "y2",
            line: { color: COLOURS[i + 1], width: 2, dash: i === 0 ? "solid" : "dash" },
          },
        ),
      ),
    ],
    {
      xaxis: axis("epoch"),
      yaxis: axis("loss (nats)"),
      yaxis2: axis("metric", { overlaying: "y", side: "right", showgrid: false }),
    },
  );
}
