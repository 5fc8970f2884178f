import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EpochRecord } from "../../engine/protocol.js";
import type { References, StepPoint } from "../../server/contract.js";
import { Chart } from "../components/chart.js";
import { axis } from "../components/chart-theme.js";
import { Tabs } from "../components/parts.js";
import { methodText } from "../i18n/names.js";
import { smoothed } from "../smooth.js";

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
    () => (references?.rows ?? []).filter(({ scorer, metrics }) => scorer !== references?.own && metric in metrics),
    [references, metric],
  );
  const data = useMemo(() => {
    const last = Math.max(1, ...epochs.map(({ epoch }) => epoch));
    const best = epochs.toSorted((a, b) => b.metrics[metric] - a.metrics[metric] || a.epoch - b.epoch).slice(0, 1);
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
      {
        type: "scatter",
        mode: "markers",
        name: t("run.bestEpoch"),
        x: best.map(({ epoch }) => epoch),
        y: best.map(({ metrics }) => metrics[metric]),
        marker: { size: 14, symbol: "star", color: "var(--chart-1)" },
      },
      ...lines.map(({ scorer, metrics }, i) => ({
        type: "scatter",
        mode: "lines",
        name: methodText(scorer, t),
        x: [0.5, last + 0.5],
        y: [metrics[metric], metrics[metric]],
        line: { color: COLOURS[i % COLOURS.length], width: 1.5, dash: DASHES[scorer] ?? "longdash" },
      })),
    ];
  }, [epochs, lines, metric, t]);
  const sheet = {
    header: [t("run.epoch"), metric],
    rows: [
      ...epochs.map(({ epoch, metrics }) => [epoch, metrics[metric]]),
      ...lines.map(({ scorer, metrics }) => [methodText(scorer, t), metrics[metric]]),
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
        header: [t("run.step"), t("run.perSecond")],
        rows: steps.map(({ step, positionsPerSecond }) => [step, positionsPerSecond]),
      }}
    />
  );
}

/** The norm of the gradient by step, before it is clipped: what jumps or dies shows here first. */
export function GradientChart({ steps }: { readonly steps: readonly StepPoint[] }) {
  const { t } = useTranslation();
  const data = useMemo(
    () => [
      {
        type: "scatter",
        mode: "lines",
        name: t("run.gradientTitle"),
        x: steps.map(({ step }) => step),
        y: steps.map(({ gradientNorm }) => gradientNorm),
        line: { color: "var(--chart-4)", width: 1.5 },
      },
    ],
    [steps, t],
  );
  return (
    <Chart
      title={t("run.gradientTitle")}
      height={200}
      data={data}
      layout={{ xaxis: axis(t("run.step")), yaxis: axis(t("run.norm"), { type: "log" }) }}
      sheet={{
        header: [t("run.step"), t("run.norm")],
        rows: steps.map(({ step, gradientNorm }) => [step, gradientNorm]),
      }}
    />
  );
}
