import { Archive, ArchiveRestore, Search, Tag, Trash2, Undo2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "../../server/contract.js";
import { type Column, DataTable } from "../components/data-table.js";
import { Card, Empty, ErrorBox, Loaded, Page, Tabs } from "../components/parts.js";
import { useRuns, useTrash } from "../queries.js";
import { go, href, useRoute } from "../router.js";
import { NUMBERS, useRunColumns } from "../runs/columns.js";
import { RowActions, TagField, TrashActions } from "../runs/row-actions.js";
import { found, type Shelf, useShelf } from "../runs/shelf.js";

const VIEWS = ["active", "archived", "deleted"] as const;
type View = (typeof VIEWS)[number];

/** All runs in a table that is searched, sorted and kept in order: tags, pins, an archive, and a trash with a way back. */
export function Runs() {
  const { t } = useTranslation();
  const { search } = useRoute();
  const shelf = useShelf();
  const view: View = VIEWS.find((each) => each === search.get("view")) ?? "active";
  const text = search.get("q") ?? "";
  const place = (q: string, next: View = view) =>
    go(href(["runs"], { q, view: next === "active" ? null : next }), true);
  const active = useRuns();
  const trash = useTrash(view === "deleted");
  const runs = view === "deleted" ? trash : active;
  const shown = useMemo(
    () =>
      found(
        (runs.data ?? []).filter(({ archived }) => view === "deleted" || archived === (view === "archived")),
        text,
      ),
    [runs.data, view, text],
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const chosenRuns = shown.filter(({ id }) => chosen.has(id));
  return (
    <Page
      title={t("nav.runs")}
      lead={t(view === "deleted" ? "runs.trashLead" : "runs.lead")}
      actions={
        <a className="button primary" href={href(["train"])}>
          {t("runs.new")}
        </a>
      }
    >
      <div className="toolbar">
        <label className="search">
          <Search size={16} aria-hidden />
          <input
            className="input"
            type="search"
            placeholder={t("runs.search")}
            aria-label={t("runs.search")}
            value={text}
            onChange={(event) => place(event.target.value)}
          />
        </label>
        <Tabs
          label={t("runs.view")}
          value={view}
          onChange={(next) => place(text, next)}
          options={VIEWS.map((each) => [each, t(`runs.views.${each}`)])}
        />
        {view !== "deleted" && <ChosenActions runs={chosenRuns} view={view} shelf={shelf} />}
      </div>
      <LastChange shelf={shelf} />
      <Card flush>
        <Loaded query={runs} lines={6}>
          {() =>
            shown.length > 0 ? (
              <RunTable rows={shown} view={view} shelf={shelf} chosen={chosen} onChosen={setChosen} onTag={place} />
            ) : (
              <Nothing view={view} searched={text !== ""} />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}

function Nothing({ view, searched }: { readonly view: View; readonly searched: boolean }) {
  const { t } = useTranslation();
  if (searched) return <Empty title={t("runs.noMatch")} />;
  if (view !== "active") return <Empty title={t(`runs.none.${view}`)} />;
  return <Empty title={t("home.none")} text={t("home.noneHelp")} />;
}

/** What was changed last, with the way back. It takes the focus, since the row that had it may be gone. */
function LastChange({ shelf: { last, undo, error } }: { readonly shelf: Shelf }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (last && (document.activeElement === null || document.activeElement === document.body)) button.current?.focus();
  }, [last]);
  return (
    <>
      {error !== null && <ErrorBox error={error} />}
      <div role="status" className={last ? "undo" : undefined}>
        {last && (
          <>
            {t(`runs.did.${last.what}`, { count: last.count })}
            <button ref={button} type="button" className="button" onClick={undo}>
              <Undo2 size={15} aria-hidden /> {t("explore.undo")} <kbd>Ctrl Z</kbd>
            </button>
          </>
        )}
      </div>
    </>
  );
}

interface ChosenActionsProps {
  readonly runs: readonly RunRow[];
  readonly view: View;
  readonly shelf: Shelf;
}

/** What can be done with all chosen runs at once. */
function ChosenActions({ runs, view, shelf }: ChosenActionsProps) {
  const { t } = useTranslation();
  const [tagging, setTagging] = useState(false);
  const none = runs.length === 0;
  const away = view === "active";
  if (tagging && !none)
    return (
      <TagField
        tags={[]}
        label={t("runs.tagChosen")}
        onDone={(tags) => {
          setTagging(false);
          if (tags?.length) void shelf.mark("tagged", runs, (run) => ({ tags: [...new Set([...run.tags, ...tags])] }));
        }}
      />
    );
  return (
    <div className="actions">
      <button
        type="button"
        className="button"
        disabled={runs.length < 2}
        onClick={() => go(href(["compare"], { runs: runs.map(({ id }) => id).join(",") }))}
      >
        {t("runs.compareChosen", { count: runs.length })}
      </button>
      <button type="button" className="button" disabled={none} onClick={() => setTagging(true)}>
        <Tag size={15} aria-hidden /> {t("runs.tagAll")}
      </button>
      <button
        type="button"
        className="button"
        disabled={none}
        onClick={() => void shelf.mark(away ? "archived" : "unarchived", runs, () => ({ archived: away }))}
      >
        {away ? <Archive size={15} aria-hidden /> : <ArchiveRestore size={15} aria-hidden />}{" "}
        {t(away ? "runs.archiveAll" : "runs.unarchiveAll")}
      </button>
      <button type="button" className="button" disabled={none} onClick={() => void shelf.discard(runs)}>
        <Trash2 size={15} aria-hidden /> {t("runs.deleteAll")}
      </button>
    </div>
  );
}

interface RunTableProps extends Omit<ChosenActionsProps, "runs"> {
  readonly rows: readonly RunRow[];
  readonly chosen: ReadonlySet<string>;
  readonly onChosen: (chosen: ReadonlySet<string>) => void;
  readonly onTag: (tag: string) => void;
}

function RunTable({ rows, view, shelf, chosen, onChosen, onTag }: RunTableProps) {
  const { t } = useTranslation();
  const [tagged, setTagged] = useState<string | null>(null);
  const facts = useRunColumns(onTag, view !== "deleted");
  const choose: Column<RunRow> = {
    id: "choose",
    header: () => <span className="visually-hidden">{t("runs.compare")}</span>,
    enableSorting: false,
    cell: ({ row: { original: run } }) => (
      <input
        type="checkbox"
        aria-label={t("runs.choose", { run: run.id })}
        checked={chosen.has(run.id)}
        onChange={() => {
          const next = new Set(chosen);
          if (!next.delete(run.id)) next.add(run.id);
          onChosen(next);
        }}
      />
    ),
  };
  const actions: Column<RunRow> = {
    id: "actions",
    header: () => <span className="visually-hidden">{t("runs.actions")}</span>,
    enableSorting: false,
    cell: ({ row: { original: run } }) =>
      view === "deleted" ? (
        <TrashActions run={run} shelf={shelf} />
      ) : tagged === run.id ? (
        <TagField
          tags={run.tags}
          label={t("runs.tag", { run: run.name })}
          onDone={(tags) => {
            setTagged(null);
            if (tags) void shelf.mark("tagged", [run], () => ({ tags: [...tags] }));
          }}
        />
      ) : (
        <RowActions run={run} shelf={shelf} onTag={() => setTagged(run.id)} />
      ),
  };
  return (
    <DataTable
      label={t("nav.runs")}
      rows={rows}
      columns={view === "deleted" ? [...facts, actions] : [choose, ...facts, actions]}
      numbers={NUMBERS}
      isFirst={({ pinned }) => pinned && view !== "deleted"}
    />
  );
}
