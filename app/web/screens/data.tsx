import { useMutation, useQuery } from "@tanstack/react-query";
import { FileUp, Undo2 } from "lucide-react";
import { type DragEvent, useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditSummary, DataPreview } from "../../engine/protocol.js";
import { request } from "../api.js";
import { Card, ErrorBox, Loaded, Page, Skeleton, Stats } from "../components/parts.js";
import { CleaningCard } from "../data/cleaning-card.js";
import { DataCharts } from "../data/data-charts.js";
import { Findings } from "../data/findings.js";
import { PreviewCard } from "../data/preview-card.js";
import { changeDraft, type Draft, optionAt, setOption, useDraft, withOption } from "../draft.js";
import { useFormat } from "../format.js";
import { go, href } from "../router.js";
import { useUndoKey } from "../undo-key.js";

/** Options with their new values. */
type Changes = readonly (readonly [option: string, value: unknown])[];

/** A log from the file to the audit: detected columns, cleaning, findings with what helps. */
export function Data() {
  const { t } = useTranslation();
  const draft = useDraft();
  const path = optionAt(draft.options, "data.path");
  const chosen = typeof path === "string" && path !== "";
  /** The drafts before each change of this screen. */
  const [before, setBefore] = useState<readonly Draft[]>([]);
  const undo = useCallback(() => {
    const last = before.at(-1);
    if (!last) return;
    setBefore(before.slice(0, -1));
    changeDraft(last);
  }, [before]);
  useUndoKey(undo);
  const change = (options: Changes) => {
    setBefore([...before, draft]);
    for (const [option, value] of options) setOption(option, value);
  };
  const choose = (next: string) => {
    setBefore([]);
    changeDraft({ ...draft, options: { ...withOption(draft.options, "data", undefined), data: { path: next } } });
  };
  return (
    <Page
      title={t("nav.data")}
      lead={t("data.lead")}
      actions={
        chosen && (
          <>
            {before.length > 0 && (
              <button type="button" className="button" onClick={undo}>
                <Undo2 size={15} aria-hidden /> {t("explore.undo")} <kbd>Ctrl Z</kbd>
              </button>
            )}
            <button type="button" className="button primary" onClick={() => go(href(["train"]))}>
              {t("data.train")}
            </button>
          </>
        )
      }
    >
      <Source path={chosen ? path : ""} onChoose={choose} />
      {chosen && <Look key={path} options={draft.options} onSet={change} />}
    </Page>
  );
}

interface SourceProps {
  readonly path: string;
  readonly onChoose: (path: string) => void;
}

/** Drop a file, pick one, name a path, or take the embedded log. */
function Source({ path, onChoose }: SourceProps) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [typed, setTyped] = useState(path);
  const upload = useMutation({
    mutationFn: (file: File) => request<{ path: string }>("/data/upload", { body: file, query: { name: file.name } }),
    onSuccess: (found) => {
      setTyped(found.path);
      onChoose(found.path);
    },
  });
  const take = (file: File | undefined) => {
    if (!file) return;
    // The desktop window knows where a file is: nothing needs to be copied then.
    const known = window.refrainDesktop?.pathOf(file);
    if (known) onChoose(known);
    else upload.mutate(file);
  };
  const pick = async () => {
    const desktop = window.refrainDesktop;
    if (!desktop) return picker.current?.click();
    const picked = await desktop.pickLog();
    if (picked !== null) onChoose(picked);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <>
      <section
        className={over ? "drop over" : "drop"}
        aria-label={t("data.drop")}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileUp size={26} aria-hidden />
        <div className="grow">
          <strong>{upload.isPending ? t("data.uploading") : t("data.drop")}</strong>
          <p className="muted small">{t("data.formats")}</p>
        </div>
        <input
          ref={picker}
          type="file"
          hidden
          aria-hidden="true"
          tabIndex={-1}
          onChange={(event) => take(event.target.files?.[0])}
        />
        <button type="button" className="button" onClick={pick}>
          {t("data.pick")}
        </button>
        <button type="button" className="button" onClick={() => onChoose("jkpop")}>
          {t("data.embedded")}
        </button>
      </section>
      <form
        className="path"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== "") onChoose(typed.trim());
        }}
      >
        <input
          className="input"
          aria-label={t("data.path")}
          placeholder={t("data.path")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button" disabled={typed.trim() === "" || typed === path}>
          {t("data.open")}
        </button>
      </form>
      {upload.error && <ErrorBox error={upload.error} />}
    </>
  );
}

interface LookProps {
  readonly options: Readonly<Record<string, unknown>>;
  readonly onSet: (options: Changes) => void;
}

function Look({ options, onSet }: LookProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { preset } = useDraft();
  const { data, cleaning, split } = options;
  const preview = useQuery({
    queryKey: ["preview", data],
    queryFn: ({ signal }) => request<DataPreview>("/data/preview", { body: { preset, options: { data } }, signal }),
    // What has the focus stays while a column is being looked at.
    placeholderData: (old) => old,
    staleTime: 60_000,
  });
  const body = {
    preset,
    options: Object.fromEntries(Object.entries({ data, cleaning, split }).filter(([, value]) => value !== undefined)),
  };
  const audit = useQuery({
    queryKey: ["audit", body],
    queryFn: ({ signal }) => request<AuditSummary>("/data/audit", { body, signal }),
    placeholderData: (old) => old,
    staleTime: 60_000,
  });
  return (
    <>
      <Loaded query={preview} lines={6}>
        {(found) => (
          <PreviewCard
            preview={found}
            columns={optionAt(options, "data.columns")}
            onColumn={(role, column) => onSet([[`data.columns.${role}`, column]])}
          />
        )}
      </Loaded>
      {audit.isPending && preview.data?.detected !== null && (
        <Card title={t("data.audit")}>
          <p className="muted">{t("data.auditing")}</p>
          <Skeleton lines={5} />
        </Card>
      )}
      {audit.error && preview.data?.detected && <ErrorBox error={audit.error} retry={() => void audit.refetch()} />}
      {audit.data && preview.data?.detected !== null && (
        <div className={audit.isPlaceholderData ? "grid fading" : "grid"}>
          {audit.data.profile && (
            <Stats
              items={[
                {
                  label: t("data.events"),
                  value: format.count(audit.data.profile.events),
                  note: t("data.ofRows", { rows: format.count(audit.data.rows) }),
                },
                {
                  label: t("data.users"),
                  value: format.count(audit.data.profile.users),
                  note: t("data.perUser", { median: audit.data.profile.playsPerUser[2] }),
                },
                {
                  label: t("data.items"),
                  value: format.count(audit.data.profile.items),
                  note: t("data.perItem", { median: audit.data.profile.playsPerItem[2] }),
                },
                {
                  label: t("data.repeats"),
                  value: format.share(audit.data.profile.repeatShare),
                  note: t("data.repeatsNote"),
                },
                {
                  label: t("data.days"),
                  value: audit.data.profile.firstDay ? format.day(audit.data.profile.firstDay) : "–",
                  note: audit.data.profile.lastDay
                    ? t("data.until", { day: format.day(audit.data.profile.lastDay) })
                    : t("data.noTimes"),
                },
              ]}
            />
          )}
          <Findings findings={audit.data.findings} onFix={onSet} />
          {audit.data.cleaning && <CleaningCard report={audit.data.cleaning} />}
          <DataCharts audit={audit.data} />
        </div>
      )}
    </>
  );
}
