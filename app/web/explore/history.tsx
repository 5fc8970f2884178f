import { ArrowDown, ArrowUp, ListPlus, RotateCcw, Undo2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Timeline } from "../../engine/protocol.js";
import { SongName } from "../components/song-name.js";
import { useFormat } from "../format.js";
import { Moment } from "./moment.js";
import { SongSearch } from "./song-search.js";
import { type Edit, type Entry, sittings } from "./what-if.js";

/** Plays that are drawn at first: a heavy listener has thousands. */
const SHOWN = 150;

interface HistoryProps {
  readonly run: string;
  readonly timeline: Timeline | null;
  readonly entries: readonly Entry[];
  readonly edits: readonly Edit[];
  readonly now: number;
  /** When the model is asked, where somebody chose that: seconds since 1970. */
  readonly at: number | null;
  readonly highlighted: ReadonlySet<string>;
  readonly onNow: (now: number, at: number | null) => void;
  readonly onEdit: (edit: Edit) => void;
  readonly onUndo: () => void;
  readonly onReset: () => void;
}

/** What was heard, by sitting, newest at the bottom; every play can be taken out or moved, and others put in. */
export function History(props: HistoryProps) {
  const { run, timeline, entries, edits, now, at, highlighted, onNow, onEdit, onUndo, onReset } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const [dragged, setDragged] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const user = timeline?.user;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another listener or moment shows its end first
  useEffect(() => {
    list.current?.scrollTo(0, list.current.scrollHeight);
  }, [user, now, entries.length === 0]);
  const hidden = all ? 0 : Math.max(0, entries.length - SHOWN);
  const total = timeline?.plays.length ?? 0;
  const place = (key: string) => entries.findIndex((entry) => entry.key === key);
  return (
    <section className="card column history" aria-label={t("explore.history")}>
      <header>
        <h2>
          {t("explore.history")} <span className="muted small number">{format.count(entries.length)}</span>
        </h2>
        <div className="actions">
          <button
            type="button"
            className="button quiet tiny"
            disabled={edits.length === 0}
            onClick={onUndo}
            title={t("explore.undo")}
          >
            <Undo2 size={15} aria-hidden />
            <span className="visually-hidden">{t("explore.undo")}</span>
          </button>
          <button
            type="button"
            className="button quiet tiny"
            disabled={edits.length === 0}
            onClick={onReset}
            title={t("explore.reset")}
          >
            <RotateCcw size={15} aria-hidden />
            <span className="visually-hidden">{t("explore.reset")}</span>
          </button>
        </div>
      </header>
      <div className="tools">
        {timeline && total > 1 && <Moment plays={timeline.plays} now={now} at={at} onNow={onNow} />}
        <SongSearch
          run={run}
          icon={<ListPlus size={16} aria-hidden />}
          label={t("explore.add")}
          onChoose={(song) => onEdit({ type: "insert", song, before: null })}
        />
        {edits.length > 0 && <p className="small edited">{t("explore.edited", { number: edits.length })}</p>}
      </div>
      <section
        ref={list}
        className="scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t("explore.inside", { name: t("explore.history") })}
      >
        {hidden > 0 && (
          <button type="button" className="button quiet" onClick={() => setAll(true)}>
            {t("explore.earlier", { number: format.count(hidden) })}
          </button>
        )}
        {entries.length === 0 && <p className="muted hint">{t("explore.emptyHistory")}</p>}
        {sittings(entries.slice(hidden), timeline?.gapMinutes ?? 30).map((sitting) => (
          <div key={sitting.entries[0].key} className="sitting">
            {sitting.start !== null && <h3>{format.moment(sitting.start * 1000)}</h3>}
            <ol>
              {sitting.entries.map((entry) => (
                <li
                  key={entry.key}
                  draggable
                  className={[
                    "play",
                    entry.changed && "changed",
                    highlighted.has(entry.key) && "blamed",
                    !entry.known && "unknown",
                  ]
                    .filter(Boolean)
                    .join(" ")}
                  onDragStart={() => setDragged(entry.key)}
                  onDragOver={(event) => event.preventDefault()}
                  onDrop={() => {
                    if (dragged !== null && dragged !== entry.key)
                      onEdit({ type: "move", key: dragged, by: place(entry.key) - place(dragged) });
                    setDragged(null);
                  }}
                >
                  <SongName song={entry} />
                  {!entry.known && <span className="badge">{t("explore.unknownItem")}</span>}
                  <PlayButtons
                    title={entry.title}
                    onMove={(by) => onEdit({ type: "move", key: entry.key, by })}
                    onRemove={() => onEdit({ type: "remove", key: entry.key })}
                  />
                </li>
              ))}
            </ol>
          </div>
        ))}
      </section>
    </section>
  );
}

interface PlayButtonsProps {
  readonly title: string;
  readonly onMove: (by: number) => void;
  readonly onRemove: () => void;
}

function PlayButtons({ title, onMove, onRemove }: PlayButtonsProps) {
  const { t } = useTranslation();
  return (
    <span className="buttons">
      <button
        type="button"
        className="button quiet tiny"
        aria-label={t("explore.up", { title })}
        onClick={() => onMove(-1)}
      >
        <ArrowUp size={14} aria-hidden />
      </button>
      <button
        type="button"
        className="button quiet tiny"
        aria-label={t("explore.down", { title })}
        onClick={() => onMove(1)}
      >
        <ArrowDown size={14} aria-hidden />
      </button>
      <button
        type="button"
        className="button quiet tiny"
        aria-label={t("explore.remove", { title })}
        onClick={onRemove}
      >
        <X size={14} aria-hidden />
      </button>
    </span>
  );
}
