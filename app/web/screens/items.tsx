import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Opened } from "../components/opening.js";
import { Card, Empty, Loaded, Page, Skeleton, Stats } from "../components/parts.js";
import { NoRunYet, RunPicker } from "../components/run-picker.js";
import { SongName } from "../components/song-name.js";
import { SongSearch } from "../explore/song-search.js";
import { useFormat } from "../format.js";
import { MapCard } from "../items/map.js";
import { useFinished, useNeighbours } from "../queries.js";
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
        <div className="grid">
          <MapCard run={run} item={item} onChoose={choose} />
          <Who run={run} item={item} />
        </div>
        <Near run={run} item={item} onChoose={choose} />
      </div>
    </Page>
  );
}

interface NearProps {
  readonly run: string;
  readonly item: string | null;
  readonly onChoose: (item: string) => void;
}

function Near({ run, item, onChoose }: NearProps) {
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
    <Loaded query={near} waiting={<Opened run={run} lines={8} />}>
      {({ song, neighbours }) => (
        <div className="grid">
          <Card>
            <div className="big" aria-live="polite">
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
        </div>
      )}
    </Loaded>
  );
}

/** Who would be played a song next, and who plays it most. */
function Who({ run, item }: Pick<NearProps, "run" | "item">) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useNeighbours(run, item);
  if (item === null || !data) return null;
  const { listeners, gets } = data;
  return (
    <div className="grid pair">
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
  );
}
