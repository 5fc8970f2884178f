import { CheckCheck, Plus, TrendingDown, TrendingUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Play, ReasonRow, Song, Suggestion, SuggestionList } from "../../engine/protocol.js";
import { Badge, Loaded } from "../components/parts.js";
import { SongName } from "../components/song-name.js";
import { useFormat } from "../format.js";
import { rise } from "./what-if.js";

interface SuggestionsProps {
  readonly title: string;
  readonly query: {
    readonly data: SuggestionList | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  /** Rank of each item before the changes; undefined where there are none. */
  readonly before: ReadonlyMap<string, number> | undefined;
  /** What the listener really played next, the next one first. */
  readonly future: readonly Play[];
  readonly reasons?: ReadonlyMap<string, ReasonRow["reasons"]>;
  readonly onAdd: (song: Song) => void;
  readonly onReason?: (positions: readonly number[]) => void;
}

/** The list: what, how likely, how far it moved, heard or new, and whether it really came. */
export function Suggestions({ title, query, before, future, reasons, onAdd, onReason }: SuggestionsProps) {
  const { t } = useTranslation();
  const places = new Map(future.map(({ id }, place) => [id, place + 1] as const).toReversed());
  return (
    <section className="card column suggestions" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="muted small number">
          {query.data && t("explore.took", { time: Math.max(1, Math.round(query.data.milliseconds)) })}
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={t("explore.inside", { name: title })}>
        <Loaded query={query} lines={8}>
          {({ list }) => (
            <ol>
              {list.map((each) => (
                <Row
                  key={each.id}
                  each={each}
                  most={list[0].probability}
                  moved={before ? rise(each.rank, before.get(each.id)) : undefined}
                  came={places.get(each.id)}
                  reasons={reasons?.get(each.id)}
                  onAdd={() => onAdd(each)}
                  onReason={onReason}
                />
              ))}
            </ol>
          )}
        </Loaded>
      </section>
    </section>
  );
}

/** A reason is shown from here on: without the play the song would be at most this share as likely. */
const SHOWN_FACTOR = 0.95;

interface RowProps {
  readonly each: Suggestion;
  readonly most: number;
  /** Places up since before; null where it was not in the list; undefined where nothing was changed. */
  readonly moved: number | null | undefined;
  readonly came: number | undefined;
  readonly reasons: ReasonRow["reasons"] | undefined;
  readonly onAdd: () => void;
  readonly onReason: ((positions: readonly number[]) => void) | undefined;
}

function Row({ each, most, moved, came, reasons, onAdd, onReason }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  // A song that was heard often is one reason, with its strongest play.
  const shown = distinct((reasons ?? []).filter(({ factor }) => factor < SHOWN_FACTOR));
  const against = distinct((reasons ?? []).filter(({ factor }) => factor > 1 / SHOWN_FACTOR));
  const blame = (positions: readonly number[]) => onReason?.(positions);
  return (
    <li
      className={came ? "suggestion came" : "suggestion"}
      onMouseEnter={() => blame(shown.map(({ position }) => position))}
      onMouseLeave={() => blame([])}
    >
      <span className="rank number">{each.rank}</span>
      <div className="what">
        <SongName song={each} />
        <div className="facts">
          <Badge tone={each.seen ? "plain" : "accent"}>{each.seen ? t("explore.heard") : t("explore.new")}</Badge>
          {came && (
            <Badge tone="good">
              <CheckCheck size={13} aria-hidden />
              {came === 1 ? t("explore.cameNext") : t("explore.cameLater", { place: came })}
            </Badge>
          )}
          <span className="muted small" title={t("explore.scoreHelp", { score: each.score.toFixed(3) })}>
            {t("explore.popularity", { rank: format.count(each.popularityRank) })} ·{" "}
            {t("explore.score", { score: each.score.toFixed(2).replace("-", "−") })}
          </span>
        </div>
        <Reasons words={t("explore.because")} size="explore.without" reasons={shown} factor={(each) => 1 / each} />
        <Reasons words={t("explore.against")} size="explore.lessLikely" reasons={against} factor={(each) => each} />
      </div>
      <div className="chance">
        <span className="number">{format.share(each.probability)}</span>
        <span className="track">
          <span style={{ width: `${(100 * each.probability) / most}%` }} />
        </span>
        <Move moved={moved} />
      </div>
      <button
        type="button"
        className="button quiet tiny"
        aria-label={t("explore.hear", { title: each.title })}
        title={t("explore.hear", { title: each.title })}
        onClick={onAdd}
      >
        <Plus size={15} aria-hidden />
      </button>
    </li>
  );
}

function distinct(reasons: ReasonRow["reasons"]): ReasonRow["reasons"] {
  return reasons.filter(({ title }, i) => reasons.findIndex((other) => other.title === title) === i);
}

interface ReasonsProps {
  readonly words: string;
  /** Key of the text that tells how much. */
  readonly size: string;
  readonly reasons: ReasonRow["reasons"];
  readonly factor: (factor: number) => number;
}

/** Past plays that speak for a song, or against it. */
function Reasons({ words, size, reasons, factor }: ReasonsProps) {
  const { t } = useTranslation();
  if (reasons.length === 0) return null;
  return (
    <p className="reasons small">
      {words}{" "}
      {reasons.map((reason, i) => (
        <span key={reason.position}>
          {i > 0 && t("explore.separator")}
          <bdi className="song">{reason.title}</bdi>{" "}
          <span className="muted">({t(size, { factor: times(factor(reason.factor)) })})</span>
        </span>
      ))}
    </p>
  );
}

function Move({ moved }: { readonly moved: number | null | undefined }) {
  const { t } = useTranslation();
  if (moved === undefined || moved === 0) return null;
  if (moved === null) return <span className="move up">{t("explore.entered")}</span>;
  const Icon = moved > 0 ? TrendingUp : TrendingDown;
  return (
    <span className={moved > 0 ? "move up" : "move down"}>
      <Icon size={13} aria-hidden />
      {t(moved > 0 ? "explore.rose" : "explore.fell", { places: Math.abs(moved) })}
    </span>
  );
}

/** A factor with two digits that count. */
function times(factor: number): string {
  return factor >= 10 ? String(Math.round(factor)) : factor.toPrecision(2);
}
