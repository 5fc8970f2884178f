import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EpochRecord } from "../../engine/protocol.js";
import type { StepPoint } from "../../server/contract.js";
import { Chart } from "../components/chart.js";
import { axis } from "../components/chart-theme.js";
import { Tabs } from "../components/parts.js";
import { smoothed } from "../smooth.js";

/** Weights of the running mean that can be chosen. */
const SMOOTHING = ["0", "0.9", "0.98"] as const;
const SCALES = ["linear", "log"] as const;
const AGAINST = ["step", "time"] as const;

interface LossChartProps {
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochRecord[];
  /** The figure beside has a note of two lines below it: this one is as much higher. */
  readonly besideNote: boolean;
}

/** Loss by step or time, raw and smoothed; by epoch where the steps are not known any more. */
export function LossChart({ steps, epochs, besideNote }: LossChartProps) {
  const { t } = useTranslation();
  const [weight, setWeight] = useState<(typeof SMOOTHING)[number]>("0.9");
  const [scale, setScale] = useState<(typeof SCALES)[number]>("linear");
  const [against, setAgainst] = useState<(typeof AGAINST)[number]>("step");
  const bySteps = steps.length > 1;
  const byTime = bySteps && against === "time";
  const points = useMemo(
    () =>
      bySteps
        ? steps.map(({ step, loss, seconds }) => ({ at: byTime ? seconds : step, loss }))
        : epochs.map(({ step, trainingLoss }) => ({ at: step, loss: trainingLoss })),
    [steps, epochs, bySteps, byTime],
  );
  const data = useMemo(() => {
    const x = points.map(({ at }) => at);
    const y = points.map(({ loss }) => loss);
    const line = { color: "var(--chart-1)", width: 2 };
    if (!bySteps) return [{ type: "scatter", mode: "lines+markers", name: t("run.loss"), x, y, line }];
    const timeOf = (step: number) => (steps.find((point) => point.step >= step) ?? steps[steps.length - 1]).seconds;
    const epochMeans = {
      type: "scatter",
      mode: "markers",
      name: t("run.epochMean"),
      x: epochs.map(({ step }) => (byTime ? timeOf(step) : step)),
      y: epochs.map(({ trainingLoss }) => trainingLoss),
      marker: { color: "var(--chart-2)", size: 8, symbol: "diamond" },
    };
    const raw = {
      type: "scatter",
      mode: "lines",
      name: t("run.raw"),
      x,
      y,
      line: { ...line, width: 1 },
      opacity: 0.28,
      hoverinfo: "skip",
    };
    return [
      ...(weight === "0" ? [] : [raw]),
      { type: "scatter", mode: "lines", name: t("run.loss"), x, y: smoothed(y, Number(weight)), line },
      ...(epochs.length > 0 ? [epochMeans] : []),
    ];
  }, [points, steps, epochs, weight, bySteps, byTime, t]);
  const across = t(byTime ? "run.seconds" : "run.step");
  return (
    <Chart
      title={t("run.lossTitle")}
      data={data}
      height={besideNote ? 334 : 280}
      layout={{ xaxis: axis(across), yaxis: axis(t("run.nats"), scale === "log" ? { type: "log" } : {}) }}
      sheet={{ header: [across, t("run.loss")], rows: points.map(({ at, loss }) => [at, loss]) }}
      control={
        <div className="choices">
          {bySteps && (
            <Tabs
              label={t("run.smoothing")}
              value={weight}
              onChange={setWeight}
              options={SMOOTHING.map((each) => [
                each,
                each === "0" ? t("run.rawOnly") : t("run.smooth", { weight: each }),
              ])}
            />
          )}
          <Tabs
            label={t("run.scale")}
            value={scale}
            onChange={setScale}
            options={SCALES.map((each) => [each, t(`run.scales.${each}`)])}
          />
          {bySteps && (
            <Tabs
              label={t("run.against")}
              value={against}
              onChange={setAgainst}
              options={AGAINST.map((each) => [each, t(`run.by.${each}`)])}
            />
          )}
        </div>
      }
    />
  );
}
