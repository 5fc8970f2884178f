import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Asked, StatePath, StateStep } from "../../engine/protocol.js";
import { part, request } from "../api.js";
import { Chart } from "../components/chart.js";
import { axis, escaped } from "../components/chart-theme.js";
import { Empty, Loaded } from "../components/parts.js";
import { useRested } from "./suggest.js";

interface StatePathProps {
  readonly run: string;
  readonly asked: Asked;
}

/** The model's hidden state through a history: its path, how far each play moved it, and how expected each play was. */
export function StatePathCard({ run, asked }: StatePathProps) {
  const { t } = useTranslation();
  const rested = useRested(asked, 400);
  const path = useQuery({
    queryKey: ["states", run, rested],
    queryFn: ({ signal }) => request<StatePath>(`/runs/${part(run)}/states`, { body: rested, signal }),
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
  return (
    <Loaded query={path} lines={6}>
      {({ steps }) =>
        steps.length > 1 ? (
          <div className="grid two">
            <Path steps={steps} />
            <Moves steps={steps} />
          </div>
        ) : (
          <Empty title={t("explore.state.none")} />
        )
      }
    </Loaded>
  );
}

interface StepsProps {
  readonly steps: readonly StateStep[];
}

const sheetOf = (steps: readonly StateStep[], t: TFunction) => ({
  header: [
    t("explore.state.play"),
    t("chart.title"),
    t("chart.artist"),
    "x",
    "y",
    t("explore.state.moved"),
    t("explore.state.rank"),
    t("explore.state.probability"),
  ],
  rows: steps.map(({ play, title, artist, x, y, moved, rank, probability }) => [
    play,
    title,
    artist,
    x.toFixed(4),
    y.toFixed(4),
    moved.toFixed(4),
    rank,
    probability.toPrecision(4),
  ]),
});

const hover = ({ play, title, artist }: StateStep) => `${play} · ${escaped(artist ? `${title} · ${artist}` : title)}`;

function Path({ steps }: StepsProps) {
  const { t } = useTranslation();
  const data = useMemo(() => {
    const last = steps.length - 1;
    return [
      {
        type: "scatter",
        mode: "lines+markers",
        name: t("explore.state.plays"),
        x: steps.map(({ x }) => x),
        y: steps.map(({ y }) => y),
        text: steps.map(hover),
        hovertemplate: "%{text}<extra></extra>",
        line: { color: "var(--line-strong)", width: 1 },
        // Older plays are paler.
        marker: { color: "var(--chart-1)", size: 6, opacity: steps.map((_, n) => 0.15 + (0.85 * n) / last) },
      },
      {
        type: "scatter",
        mode: "markers",
        name: t("explore.state.now"),
        x: [steps[last].x],
        y: [steps[last].y],
        text: [hover(steps[last])],
        hovertemplate: "%{text}<extra></extra>",
        marker: { color: "var(--chart-2)", size: 11, symbol: "diamond" },
      },
    ];
  }, [steps, t]);
  const bare = { showticklabels: false, zeroline: false };
  return (
    <Chart
      title={t("explore.state.path")}
      data={data}
      layout={{ xaxis: axis("", bare), yaxis: axis("", bare) }}
      sheet={sheetOf(steps, t)}
      note={t("explore.state.pathNote")}
    />
  );
}

function Moves({ steps }: StepsProps) {
  const { t } = useTranslation();
  const data = useMemo(
    () => [
      {
        type: "bar",
        name: t("explore.state.moved"),
        x: steps.map(({ play }) => play),
        y: steps.map(({ moved }) => moved),
        text: steps.map(hover),
        textposition: "none",
        hovertemplate: "%{text}<br>%{y:.3f}<extra></extra>",
        marker: { color: "var(--chart-6)", opacity: 0.55 },
      },
      {
        type: "scatter",
        mode: "markers",
        name: t("explore.state.rank"),
        x: steps.map(({ play }) => play),
        y: steps.map(({ rank }) => rank),
        yaxis: "y2",
        text: steps.map(hover),
        hovertemplate: "%{text}<br>#%{y}<extra></extra>",
        marker: { color: "var(--chart-2)", size: 5 },
      },
    ],
    [steps, t],
  );
  return (
    <Chart
      title={t("explore.state.moves")}
      data={data}
      layout={{
        xaxis: axis(t("explore.state.play")),
        yaxis: axis(t("explore.state.moved")),
        yaxis2: axis(t("explore.state.rank"), {
          overlaying: "y",
          side: "right",
          type: "log",
          autorange: "reversed",
          showgrid: false,
          dtick: 1,
        }),
        margin: { l: 52, r: 52, t: 8, b: 40 },
      }}
      sheet={sheetOf(steps, t)}
      note={t("explore.state.movesNote")}
    />
  );
}
