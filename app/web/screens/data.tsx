import { useTranslation } from "react-i18next";
import { Card, ErrorBox, Loaded, Notice, Page, Skeleton, Stats } from "../components/parts.js";
import { UndoDraft } from "../components/undo-draft.js";
import { CleaningCard } from "../data/cleaning-card.js";
import { DataCharts } from "../data/data-charts.js";
import { Findings } from "../data/findings.js";
import { type Look, useLook } from "../data/look.js";
import { PreviewCard } from "../data/preview-card.js";
import { Source } from "../data/source.js";
import { whyNot } from "../data/why-not.js";
import { changeDraft, optionAt, setOptions, useDraft, withOption } from "../draft.js";
import { optionName } from "../form/option-texts.js";
import { useFormat } from "../format.js";
import { go, href } from "../router.js";
import { useSettings } from "../settings.js";

/** A log from the file to the audit: detected columns, cleaning, findings with what helps. */
export function Data() {
  const { t } = useTranslation();
  const draft = useDraft();
  const path = optionAt(draft.options, "data.path");
  const chosen = typeof path === "string" && path !== "";
  const look = useLook(draft);
  const reason = whyNot(look);
  const choose = (next: string) =>
    changeDraft({ ...draft, options: { ...withOption(draft.options, "data", undefined), data: { path: next } } });
  return (
    <Page
      title={t("nav.data")}
      lead={t("data.lead")}
      actions={
        <>
          <UndoDraft />
          {chosen && reason && (
            <span id="why-not" className="muted small why-not">
              {t(`data.cannot.${reason}`)}
            </span>
          )}
          {chosen && (
            <button
              type="button"
              className="button primary"
              disabled={reason !== null}
              aria-describedby={reason ? "why-not" : undefined}
              onClick={() => go(href(["train"]))}
            >
              {t("data.train")}
            </button>
          )}
        </>
      }
    >
      <Source path={chosen ? path : ""} onChoose={choose} />
      {chosen && <Found look={look} options={draft.options} />}
    </Page>
  );
}

interface FoundProps {
  readonly look: Look;
  readonly options: Readonly<Record<string, unknown>>;
}

function Found({ look, options }: FoundProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { language } = useSettings();
  const { checked, preview, audit, issues } = look;
  const unchecked = checked.error && <ErrorBox error={checked.error} retry={() => void checked.refetch()} />;
  // Nothing is asked of a log before its options are checked: what is missing would be waited for without end.
  if (unchecked && !preview.data) return unchecked;
  return (
    <>
      {unchecked}
      {issues.length > 0 && (
        <Notice tone="bad" title={t("train.wrong", { number: issues.length })}>
          {issues.map(({ path, message }) => `${optionName(path, language)}: ${message}`).join("; ")}
        </Notice>
      )}
      <Loaded query={preview} lines={6}>
        {(found) => (
          <PreviewCard
            preview={found}
            columns={optionAt(options, "data.columns")}
            onColumn={(role, column) => setOptions([[`data.columns.${role}`, column]])}
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
                  value: audit.data.profile.firstDay ? (
                    <span className="day">{format.day(audit.data.profile.firstDay)}</span>
                  ) : (
                    "–"
                  ),
                  note: audit.data.profile.lastDay
                    ? t("data.until", { day: format.day(audit.data.profile.lastDay) })
                    : t("data.noTimes"),
                },
              ]}
            />
          )}
          <Findings findings={audit.data.findings} onFix={setOptions} />
          <CleaningCard report={audit.data.cleaning} options={options} usual={checked.data?.usual} issues={issues} />
          <DataCharts audit={audit.data} />
        </div>
      )}
    </>
  );
}
