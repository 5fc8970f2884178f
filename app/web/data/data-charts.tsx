import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { AuditSummary } from "../../engine/protocol.js";
import { Chart } from "../components/chart.js";
import { axis } from "../components/chart-theme.js";

/** Bins of the histogram of pauses per doubling. */
const PER_OCTAVE = 4;

/** Popularity of the items, and pauses between plays. */
export function DataCharts({ audit: { popularity, gaps } }: { readonly audit: AuditSummary }) {
  return (
    <div className="grid two">
      {popularity.length > 1 && <Popularity points={popularity} />}
      {gaps && gaps.gaps > 0 && <Pauses gaps={gaps} />}
    </div>
  );
}

function Popularity({ points }: { readonly points: AuditSummary["popularity"] }) {
  const { t } = useTranslation();
  const data = useMemo(
    () => [
      {
        type: "scatter",
        mode: "lines",
        x: points.map(([rank]) => rank),
        y: points.map(([, plays]) => plays),
        line: { color: "var(--chart-1)", width: 2 },
      },
    ],
    [points],
  );
  return (
    <Chart
      title={t("data.popularity")}
      data={data}
      layout={{
        xaxis: axis(t("data.rank"), { type: "log", dtick: 1 }),
        yaxis: axis(t("items.plays"), { type: "log", dtick: 1 }),
      }}
      sheet={{ header: [t("data.rank"), t("items.plays")], rows: points }}
    />
  );
}

function Pauses({ gaps }: { readonly gaps: NonNullable<AuditSummary["gaps"]> }) {
  const { t } = useTranslation();
  const minutes = useMemo(() => gaps.counts.map((_, bin) => 2 ** (bin / PER_OCTAVE) / 60), [gaps]);
  const data = useMemo(() => {
    const most = Math.max(...gaps.counts);
    const bars = {
      type: "bar",
      x: minutes,
      y: gaps.counts,
      width: minutes.map((start) => start * (2 ** (1 / PER_OCTAVE) - 1)),
      offset: 0,
      marker: { color: "var(--chart-6)" },
      name: t("data.pauses"),
    };
    if (gaps.suggestedMinutes === null) return [bars];
    const at = gaps.suggestedMinutes;
    const name = t("data.suggested", { minutes: at });
    return [
      bars,
      {
        type: "scatter",
        mode: "lines",
        x: [at, at],
        y: [0, most],
        name,
        line: { color: "var(--chart-2)", dash: "dash", width: 2 },
      },
    ];
  }, [gaps, minutes, t]);
  return (
    <Chart
      title={t("data.pauses")}
      data={data}
      layout={{ xaxis: axis(t("data.minutes"), { type: "log" }), yaxis: axis(t("data.count")) }}
      sheet={{
        header: [t("data.minutes"), t("data.count")],
        rows: minutes.map((start, bin) => [start.toPrecision(4), gaps.counts[bin]]),
      }}
    />
  );
}
