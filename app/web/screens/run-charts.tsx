import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EpochRecord } from "../../engine/protocol.js";
import type { References, StepPoint } from "../../server/contract.js";
import { Chart } from "../components/chart.js";
import { axis } from "../components/chart-theme.js";
import { Tabs } from "../components/parts.js";
import { smoothed } from "../smooth.js";

/** Weights of the running mean that can be chosen. */
const SMOOTHING = ["0", "0.9", "0.98"] as const;

interface LossChartProps {
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochRecord[];
}

/** Loss by step, raw and smoothed; by epoch where the steps are not known any more. */
export function LossChart({ steps, epochs }: LossChartProps) {
  const { t } = useTranslation();
  const [weight, setWeight] = useState<(typeof SMOOTHING)[number]>("0.9");
  const points = steps.length > 1 ? steps : epochs.map(({ step, trainingLoss }) => ({ step, loss: trainingLoss }));
  const bySteps = steps.length > 1;
  const data = useMemo(() => {
    const x = points.map(({ step }) => step);
    const y = points.map(({ loss }) => loss);
    const line = { color: "var(--chart-1)", width: 2 };
    const epochMeans = {
      type: "scatter",
      mode: "markers",
      name: t("run.epochMean"),
      x: epochs.map(({ step }) => step),
      y: epochs.map(({ trainingLoss }) => trainingLoss),
      marker: { color: "var(--chart-2)", size: 8, symbol: "diamond" },
    };
    if (!bySteps) return [{ type: "scatter", mode: "lines+markers", name: t("run.loss"), x, y, line }];
    return [
      ...(weight === "0"
        ? []
        : [
            {
              type: "scatter",
              mode: "lines",
              name: t("run.raw"),
              x,
              y,
              line: { ...line, width: 1 },
              opacity: 0.28,
              hoverinfo: "skip",
            },
          ]),
      { type: "scatter", mode: "lines", name: t("run.loss"), x, y: smoothed(y, Number(weight)), line },
      ...(epochs.length > 0 ? [epochMeans] : []),
    ];
  }, [points, epochs, weight, bySteps, t]);
  const sheet = { header: ["step", "loss"], rows: points.map(({ step, loss }) => [step, loss]) };
  return (
    <Chart
      title={t("run.lossTitle")}
      data={data}
      layout={{ xaxis: axis(t("run.step")), yaxis: axis(t("run.nats")) }}
      sheet={sheet}
      control={
        bySteps && (
          <Tabs
            label={t("run.smoothing")}
            value={weight}
            onChange={setWeight}
            options={SMOOTHING.map((each) => [
              each,
              each === "0" ? t("run.rawOnly") : t("run.smooth", { weight: each }),
            ])}
          />
        )
      }
    />
  );
}

const METRICS = ["NDCG@10", "HR@10", "MRR@10"] as const;
const DASHES: Readonly<Record<string, string>> = { oracle: "dot", popularity: "dashdot", Markov: "dash" };
const COLOURS = ["var(--chart-2)", "var(--chart-3)", "var(--chart-4)", "var(--chart-5)"];

interface MetricChartProps {
  readonly epochs: readonly EpochRecord[];
  readonly references: References | null;
}

/** A validation metric by epoch, with what simpler methods and the oracle reach on the test part. */
export function MetricChart({ epochs, references }: MetricChartProps) {
  const { t } = useTranslation();
  const [metric, setMetric] = useState<(typeof METRICS)[number]>("HR@10");
  const lines = useMemo(
    () =>
      (references?.rows ?? []).filter(({ scorer, metrics }) => !/^(LSTM|GRU|RNN)$/.test(scorer) && metric in metrics),
    [references, metric],
  );
  const data = useMemo(() => {
    const last = Math.max(1, ...epochs.map(({ epoch }) => epoch));
    return [
      {
        type: "scatter",
        mode: "lines+markers",
        name: t("run.validation"),
        x: epochs.map(({ epoch }) => epoch),
        y: epochs.map(({ metrics }) => metrics[metric]),
        line: { color: "var(--chart-1)", width: 2.5 },
        marker: { size: 7 },
      },
      ...lines.map(({ scorer, metrics }, i) => ({
        type: "scatter",
        mode: "lines",
        name: scorer,
        x: [0.5, last + 0.5],
        y: [metrics[metric], metrics[metric]],
        line: { color: COLOURS[i % COLOURS.length], width: 1.5, dash: DASHES[scorer] ?? "longdash" },
      })),
    ];
  }, [epochs, lines, metric, t]);
  const sheet = {
    header: ["epoch", metric],
    rows: [
      ...epochs.map(({ epoch, metrics }) => [epoch, metrics[metric]]),
      ...lines.map(({ scorer, metrics }) => [scorer, metrics[metric]]),
    ],
  };
  return (
    <Chart
      title={t("run.metricTitle", { metric })}
      data={data}
      layout={{
        xaxis: axis(t("run.epoch"), { dtick: epochs.length > 12 ? null : 1 }),
        yaxis: axis(metric, { rangemode: "tozero" }),
      }}
      sheet={sheet}
      control={
        <Tabs
          label={t("run.metric")}
          value={metric}
          onChange={setMetric}
          options={METRICS.map((each) => [each, each])}
        />
      }
      note={lines.length > 0 && t("run.referenceNote", { run: references?.run })}
    />
  );
}

/** Targets per second by step. */
export function ThroughputChart({ steps }: { readonly steps: readonly StepPoint[] }) {
  const { t } = useTranslation();
  const data = useMemo(
    () => [
      {
        type: "scatter",
        mode: "lines",
        name: t("run.speed"),
        x: steps.map(({ step }) => step),
        y: smoothed(
          steps.map(({ positionsPerSecond }) => positionsPerSecond),
          0.9,
        ),
        line: { color: "var(--chart-3)", width: 2 },
      },
    ],
    [steps, t],
  );
  return (
    <Chart
      title={t("run.speedTitle")}
      height={200}
      data={data}
      layout={{ xaxis: axis(t("run.step")), yaxis: axis(t("run.perSecond"), { rangemode: "tozero" }) }}
      sheet={{
        header: ["step", "targets/s"],
        rows: steps.map(({ step, positionsPerSecond }) => [step, positionsPerSecond]),
      }}
    />
  );
}
