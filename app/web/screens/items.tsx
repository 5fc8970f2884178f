import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemMap } from "../../engine/protocol.js";
import { Chart } from "../components/chart.js";
import { escaped } from "../components/chart-theme.js";
import { Card, Empty, Loaded, Page, Skeleton, Stats, Tabs } from "../components/parts.js";
import { NoRunYet, RunPicker } from "../components/run-picker.js";
import { SongName } from "../components/song-name.js";
import { SongSearch } from "../explore/song-search.js";
import { useFormat } from "../format.js";
import { useFinished, useItemMap, useNeighbours } from "../queries.js";
import { go, href, useRoute } from "../router.js";

/** The items as the model sees them: a map of the learned space, and the nearest ones of any item. */
export function Items() {
  const { t } = useTranslation();
  const { parts, search } = useRoute();
  const finished = useFinished();
  const run = parts[1] ?? finished?.[0]?.id;
  const item = search.get("item");
  if (!run) return <Page title={t("nav.items")}>{finished ? <NoRunYet /> : <Skeleton />}</Page>;
  const choose = (id: string) => go(href(["items", run], { item: id }), true);
  return (
    <Page
      title={t("nav.items")}
      lead={t("items.lead")}
      actions={<RunPicker label={t("explore.model")} value={run} onChange={(id) => go(href(["items", id]))} />}
    >
      <SongSearch
        run={run}
        icon={<Search size={16} aria-hidden />}
        label={t("items.search")}
        onChoose={({ id }) => choose(id)}
      />
      <div className="grid items">
        <MapCard run={run} item={item} onChoose={choose} />
        <Near run={run} item={item} onChoose={choose} />
      </div>
    </Page>
  );
}

interface PartProps {
  readonly run: string;
  readonly item: string | null;
  readonly onChoose: (item: string) => void;
}

function MapCard({ run, item, onChoose }: PartProps) {
  const map = useItemMap(run);
  const { t } = useTranslation();
  if (map.data) return <MapChart map={map.data} run={run} item={item} onChoose={onChoose} />;
  return (
    <Card title={t("items.map")}>
      <Loaded query={map} lines={9}>
        {() => null}
      </Loaded>
    </Card>
  );
}

type Colouring = "near" | "artist" | "popularity";

interface Group {
  /** Key below "items.group", or a name that needs no translation. */
  readonly name: string;
  readonly points: ItemMap["points"];
  readonly colour: string;
  readonly opacity: number;
}

const TINTS = ["var(--chart-1)", "var(--chart-3)", "var(--chart-4)", "var(--chart-5)", "var(--chart-6)"];
const PALE = { colour: "var(--chart-6)", opacity: 0.4 };

/** Ways to colour the songs that are neither chosen nor near. Points come most played first. */
const COLOURINGS: Readonly<Record<Colouring, (points: ItemMap["points"]) => Group[]>> = {
  near: (points) => [{ name: "others", points, ...PALE }],
  artist: (points) => {
    const counts = new Map<string, number>();
    for (const { artist, plays } of points) if (artist) counts.set(artist, (counts.get(artist) ?? 0) + plays);
    const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, TINTS.length);
    const names = new Set(top.map(([name]) => name));
    return [
      {
        name: "others",
        points: points.filter(({ artist }) => !names.has(artist)),
        colour: "var(--line-strong)",
        opacity: 0.7,
      },
      ...top.map(([name], i) => ({
        name,
        points: points.filter(({ artist }) => artist === name),
        colour: TINTS[i],
        opacity: 1,
      })),
    ];
  },
  popularity: (points) => {
    const all = points.reduce((sum, { plays }) => sum + plays, 0);
    let before = 0;
    const thirds: ItemMap["points"][number][][] = [[], [], []];
    for (const point of points) {
      thirds[Math.min(2, Math.floor((3 * before) / (all || 1)))].push(point);
      before += point.plays;
    }
    return ["head", "middle", "tail"].map((name, i) => ({ name, points: thirds[i], colour: TINTS[i], opacity: 0.75 }));
  },
};

function MapChart({ map, run, item, onChoose }: PartProps & { readonly map: ItemMap }) {
  const { t } = useTranslation();
  const format = useFormat();
  const near = useNeighbours(run, item).data;
  const [colouring, setColouring] = useState<Colouring>("near");
  const data = useMemo(() => {
    const close = new Set(near?.neighbours.map(({ id }) => id));
    const groups = [
      ...COLOURINGS[colouring](map.points.filter(({ id }) => id !== item && !close.has(id))),
      { name: "near", points: map.points.filter(({ id }) => close.has(id)), colour: "var(--chart-2)", opacity: 1 },
      { name: "chosen", points: map.points.filter(({ id }) => id === item), colour: "var(--text)", opacity: 1 },
    ];
    const most = Math.sqrt(map.points[0]?.plays || 1);
    return groups
      .filter(({ points }) => points.length > 0)
      .map(({ name, points, colour, opacity }) => ({
        type: "scatter",
        mode: "markers",
        name: escaped(t(`items.group.${name}`, { defaultValue: name })),
        x: points.map(({ x }) => x),
        y: points.map(({ y }) => y),
        customdata: points.map(({ id }) => id),
        text: points.map(({ title, artist }) => escaped(artist ? `${title} · ${artist}` : title)),
        hovertemplate: "%{text}<extra></extra>",
        marker: {
          color: colour,
          opacity,
          size: points.map(({ plays }) => 4 + (9 * Math.sqrt(plays)) / most),
          line: { width: 0 },
        },
      }));
  }, [map, near, item, colouring, t]);
  const hidden = { showgrid: false, zeroline: false, showticklabels: false };
  return (
    <Chart
      title={t("items.map")}
      height={520}
      data={data}
      layout={{ xaxis: hidden, yaxis: { ...hidden, scaleanchor: "x" }, margin: { l: 12, r: 12, t: 8, b: 12 } }}
      sheet={{
        header: [t("chart.title"), t("chart.artist"), "x", "y", t("items.plays")],
        rows: map.points.map(({ title, artist, x, y, plays }) => [title, artist, x.toFixed(4), y.toFixed(4), plays]),
      }}
      onPick={onChoose}
      control={
        <Tabs
          label={t("items.colour")}
          value={colouring}
          onChange={setColouring}
          options={(["near", "artist", "popularity"] as const).map((each) => [each, t(`items.colours.${each}`)])}
        />
      }
      note={t("items.mapNote", {
        shown: format.count(map.points.length),
        total: format.count(map.total),
        share: format.share(map.explained),
      })}
    />
  );
}

function Near({ run, item, onChoose }: PartProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const near = useNeighbours(run, item);
  if (item === null)
    return (
      <Card>
        <Empty title={t("items.none")} text={t("items.noneHelp")} />
      </Card>
    );
  return (
    <Loaded query={near} lines={8}>
      {({ song, neighbours, listeners, gets }) => (
        <div className="grid">
          <Card>
            <div className="big">
              <SongName song={song} />
              {song.alias && song.alias !== song.title && <p className="muted">{song.alias}</p>}
            </div>
            <Stats
              items={[
                { label: t("items.plays"), value: format.count(song.plays) },
                { label: t("items.popularity"), value: `#${format.count(song.popularityRank)}` },
              ]}
            />
          </Card>
          <Card title={t("items.neighbours")} flush>
            <ul className="rows">
              {neighbours.map((each) => (
                <li key={each.id}>
                  <button type="button" className="row" onClick={() => onChoose(each.id)}>
                    <SongName song={each} />
                    <span className="number muted small">{each.similarity.toFixed(2)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </Card>
          <Card title={t("items.gets")} flush>
            <ul className="rows">
              {gets.slice(0, 6).map(({ id, rank, probability }) => (
                <li key={id}>
                  <a href={href(["explore", run], { user: id })}>
                    <bdi>{id}</bdi>
                    <span className="number muted small">
                      {t("explore.atRank", { rank: format.count(rank) })} · {format.share(probability)}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </Card>
          <Card title={t("items.listeners")} flush>
            <ul className="rows">
              {listeners.slice(0, 6).map(({ id, plays }) => (
                <li key={id}>
                  <a href={href(["explore", run], { user: id })}>
                    <bdi>{id}</bdi>
                    <span className="number muted small">{t("explore.plays", { number: format.count(plays) })}</span>
                  </a>
                </li>
              ))}
            </ul>
          </Card>
        </div>
      )}
    </Loaded>
  );
}
