import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemMap } from "../../engine/protocol.js";
import { Chart } from "../components/chart.js";
import { escaped } from "../components/chart-theme.js";
import { Opened } from "../components/opening.js";
import { Card, Loaded, Tabs } from "../components/parts.js";
import { useFormat } from "../format.js";
import { useItemMap, useNeighbours } from "../queries.js";
import { COLOURINGS, type Colouring, GROUPS, groupText, nextPoint } from "./groups.js";

interface MapProps {
  readonly run: string;
  readonly item: string | null;
  readonly onChoose: (item: string) => void;
}

/** The map of the songs, and how far its making is until it is there. */
export function MapCard({ run, item, onChoose }: MapProps) {
  const map = useItemMap(run);
  const { t } = useTranslation();
  if (map.data) return <MapChart map={map.data} run={run} item={item} onChoose={onChoose} />;
  return (
    <Card title={t("items.map")}>
      <Loaded query={map} waiting={<Opened run={run} lines={9} />}>
        {() => null}
      </Loaded>
    </Card>
  );
}

function MapChart({ map, run, item, onChoose }: MapProps & { readonly map: ItemMap }) {
  const { t } = useTranslation();
  const format = useFormat();
  const near = useNeighbours(run, item).data;
  const [colouring, setColouring] = useState<Colouring>("near");
  const data = useMemo(() => {
    const close = new Set(near?.neighbours.map(({ id }) => id));
    const groups = [
      ...GROUPS[colouring](map.points.filter(({ id }) => id !== item && !close.has(id))),
      {
        name: "near",
        isOwn: true,
        points: map.points.filter(({ id }) => close.has(id)),
        colour: "var(--chart-2)",
        symbol: "circle",
        opacity: 1,
      },
      {
        name: "chosen",
        isOwn: true,
        points: map.points.filter(({ id }) => id === item),
        colour: "var(--text)",
        symbol: "star",
        opacity: 1,
      },
    ];
    const most = Math.sqrt(map.points[0]?.plays || 1);
    return groups
      .filter(({ points }) => points.length > 0)
      .map(({ points, colour, symbol, opacity, ...group }) => ({
        type: "scatter",
        mode: "markers",
        name: escaped(groupText(group, t)),
        x: points.map(({ x }) => x),
        y: points.map(({ y }) => y),
        customdata: points.map(({ id }) => id),
        text: points.map(({ title, artist, style }) => escaped([title, artist, style].filter(Boolean).join(" · "))),
        hovertemplate: "%{text}<extra></extra>",
        marker: {
          color: colour,
          symbol,
          opacity,
          size: points.map(({ plays }) => 4 + (9 * Math.sqrt(plays)) / most),
          line: { width: 0 },
        },
      }));
  }, [map, near, item, colouring, t]);
  const hasStyles = map.points.some(({ style }) => style !== "");
  const hidden = { showgrid: false, zeroline: false, showticklabels: false };
  return (
    <Chart
      title={t("items.map")}
      height={470}
      data={data}
      layout={{ xaxis: hidden, yaxis: { ...hidden, scaleanchor: "x" }, margin: { l: 12, r: 12, t: 8, b: 12 } }}
      sheet={{
        header: [t("chart.title"), t("chart.artist"), t("chart.style"), "x", "y", t("items.plays")],
        rows: map.points.map(({ title, artist, style, x, y, plays }) => [
          title,
          artist,
          style,
          x.toFixed(4),
          y.toFixed(4),
          plays,
        ]),
      }}
      onPick={onChoose}
      onArrow={(direction) => {
        const next = nextPoint(map.points, item, direction);
        if (next) onChoose(next.id);
      }}
      control={
        <Tabs
          label={t("items.colour")}
          value={colouring}
          onChange={setColouring}
          options={COLOURINGS.filter((each) => each !== "style" || hasStyles).map((each) => [
            each,
            t(`items.colours.${each}`),
          ])}
        />
      }
      note={t(map.points.length < map.total ? "items.mapNote" : "items.mapNoteAll", {
        shown: format.count(map.points.length),
        total: format.count(map.total),
        share: format.share(map.explained),
      })}
    />
  );
}
