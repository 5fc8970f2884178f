import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Asked, Song } from "../../engine/protocol.js";
import { Empty, ErrorBox, Loaded, Page, Skeleton } from "../components/parts.js";
import { NoRunYet, RunPicker } from "../components/run-picker.js";
import { FUTURE_SHOWN, Future } from "../explore/future.js";
import { History } from "../explore/history.js";
import { ListenerList } from "../explore/listener-list.js";
import { StatePathCard } from "../explore/state-path.js";
import { useReasons, useSuggestions } from "../explore/suggest.js";
import { Suggestions } from "../explore/suggestions.js";
import { applyEdits, type Edit, type Entry, entriesOf } from "../explore/what-if.js";
import { useFinished, useRuns, useTimeline } from "../queries.js";
import { go, href, useRoute } from "../router.js";
import { useUndoKey } from "../undo-key.js";

const K = 20;
/** Length of the list before the changes, from which moves are read. */
const BEFORE = 200;
const EXPLAINED = 10;

/** One listener: what was heard, what comes next and why, and what would come if the history were another. */
export function Explore() {
  const { t } = useTranslation();
  const { parts, search } = useRoute();
  const runs = useRuns();
  const finished = useFinished();
  const run = parts[1] ?? finished?.[0]?.id ?? "";
  if (!runs.data)
    return (
      <Page title={t("nav.explore")}>
        <Loaded query={runs}>{() => <Skeleton />}</Loaded>
      </Page>
    );
  if (run === "") return <Page title={t("nav.explore")}>{<NoRunYet />}</Page>;
  const place = (change: Readonly<Record<string, string | number | null>>) => {
    const kept = ["user", "now", "at", "vs"].map((name) => [name, search.get(name)]);
    const now = { ...Object.fromEntries(kept), ...change };
    go(href(["explore", run], now), true);
  };
  return (
    <Page
      wide
      title={t("nav.explore")}
      actions={
        <>
          <RunPicker
            label={t("explore.model")}
            value={run}
            onChange={(id) => go(href(["explore", id], { user: search.get("user") }))}
          />
          <RunPicker
            label={t("explore.second")}
            value={search.get("vs") ?? ""}
            none={t("explore.noSecond")}
            except={run}
            onChange={(vs) => place({ vs })}
          />
        </>
      }
    >
      <div className={search.get("vs") ? "explore both" : "explore"}>
        <ListenerList run={run} chosen={search.get("user")} onChoose={(user) => place({ user, now: null, at: null })} />
        <Workbench
          key={`${run} ${search.get("user")}`}
          run={run}
          user={search.get("user")}
          now={numberIn(search.get("now"))}
          at={numberIn(search.get("at"))}
          second={search.get("vs") ?? ""}
          onNow={(now, at) => place({ now, at })}
        />
      </div>
    </Page>
  );
}

function numberIn(text: string | null): number | null {
  return text === null || !Number.isFinite(Number(text)) ? null : Number(text);
}

interface WorkbenchProps {
  readonly run: string;
  readonly user: string | null;
  readonly now: number | null;
  /** When the model is asked, in seconds since 1970; null for the moment of the next play. */
  readonly at: number | null;
  readonly second: string;
  readonly onNow: (now: number, at: number | null) => void;
}

function Workbench({ run, user, now: wantedNow, at, second, onNow }: WorkbenchProps) {
  const { t } = useTranslation();
  const runs = useRuns().data;
  const [wantedNew, setNewOnly] = useState<boolean | null>(null);
  // By default as the run was measured, so that a rank here is the rank of the test.
  const newOnly = wantedNew ?? runs?.find(({ id }) => id === run)?.newOnly ?? false;
  const nameOf = (id: string) => runs?.find((each) => each.id === id)?.name ?? id;
  const timeline = useTimeline(run, user);
  const [edits, setEdits] = useState<readonly Edit[]>([]);
  const [blamed, setBlamed] = useState<readonly number[]>([]);
  const [statesShown, setStatesShown] = useState(false);
  const plays = timeline.data?.plays;
  const now = Math.max(0, Math.min(wantedNow ?? timeline.data?.now ?? 0, plays?.length ?? 0));
  // biome-ignore lint/correctness/useExhaustiveDependencies: edits belong to one moment
  useEffect(() => setEdits([]), [now]);
  useUndoKey(useCallback(() => setEdits((all) => all.slice(0, -1)), []));
  const base = useMemo(() => entriesOf(plays ?? [], now), [plays, now]);
  const entries = useMemo(() => applyEdits(base, edits), [base, edits]);
  const future = plays?.slice(now) ?? [];
  const moment = at ?? plays?.[now]?.time ?? null;
  const asked = useMemo(() => questionOf(user, entries, moment), [user, entries, moment]);
  const askedBefore = useMemo(() => questionOf(user, base, moment), [user, base, moment]);
  const watch = [...new Set(future.slice(0, FUTURE_SHOWN).map(({ id }) => id))];
  const ready = user === null || timeline.data !== undefined;
  const wanted = { k: K, newOnly, watch };
  const list = useSuggestions({ run, ...asked, ...wanted }, ready);
  const before = useSuggestions({ run, ...askedBefore, ...wanted, k: BEFORE }, ready && edits.length > 0);
  const other = useSuggestions({ run: second, ...asked, ...wanted }, ready && second !== "");
  const ranksOfFirst = useMemo(
    () => (list.data ? new Map(list.data.list.map(({ id, rank }) => [id, rank])) : undefined),
    [list.data],
  );
  const reasons = useReasons(run, asked, list.data?.list.slice(0, EXPLAINED).map(({ id }) => id) ?? []);
  const ranksBefore = useMemo(
    () => (edits.length > 0 && before.data ? new Map(before.data.list.map(({ id, rank }) => [id, rank])) : undefined),
    [edits.length, before.data],
  );
  const add = (song: Song) => setEdits([...edits, { type: "insert", song, before: null }]);
  if (user !== null && timeline.error) return <ErrorBox error={timeline.error} retry={() => void timeline.refetch()} />;
  if (user === null && entries.length === 0 && edits.length === 0)
    return (
      <div className="card welcome">
        <Empty title={t("explore.choose")} text={t("explore.chooseHelp")} />
        <History {...historyProps()} />
      </div>
    );
  return (
    <>
      {ready ? <History {...historyProps()} /> : <section className="card column">{<Skeleton lines={8} />}</section>}
      <div className="column results">
        <div className="lists">
          <Suggestions
            title={second ? nameOf(run) : t("explore.list")}
            query={list}
            before={ranksBefore}
            future={future}
            reasons={new Map(reasons.data?.map((row) => [row.id, row.reasons]))}
            onAdd={add}
            onReason={setBlamed}
          />
          {second && (
            <Suggestions title={nameOf(second)} query={other} before={ranksOfFirst} future={future} onAdd={add} />
          )}
        </div>
        <div className="between">
          <label className="check">
            <input type="checkbox" checked={newOnly} onChange={(event) => setNewOnly(event.target.checked)} />{" "}
            {t("explore.newOnly")}
          </label>
          {list.data && list.data.unknown > 0 && (
            <span className="muted small">{t("explore.unknownLeftOut", { number: list.data.unknown })}</span>
          )}
        </div>
        <Future plays={future} watched={list.data?.watched} />
      </div>
      <details
        className="card fold states"
        open={statesShown}
        onToggle={(event) => setStatesShown(event.currentTarget.open)}
      >
        <summary>
          <h2>{t("explore.states")}</h2>
        </summary>
        {statesShown && <StatePathCard run={run} asked={asked} />}
      </details>
    </>
  );

  function historyProps() {
    return {
      run,
      timeline: timeline.data ?? null,
      entries,
      edits,
      now,
      at,
      highlighted: new Set(blamed.flatMap((position) => entries[position]?.key ?? [])),
      onNow,
      onEdit: (edit: Edit) => setEdits([...edits, edit]),
      onUndo: () => setEdits(edits.slice(0, -1)),
      onReset: () => setEdits([]),
    };
  }
}

/** A history as the model is asked about it. */
function questionOf(user: string | null, entries: readonly Entry[], now: number | null): Asked {
  return { user, history: entries.map(({ id }) => id), times: entries.map(({ time }) => time), now };
}
