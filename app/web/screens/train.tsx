import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Job } from "../../server/contract.js";
import { request } from "../api.js";
import { Card, ErrorBox, Loaded, Notice, Page } from "../components/parts.js";
import { UndoDraft } from "../components/undo-draft.js";
import { changeDraft, setOptions, useDraft } from "../draft.js";
import { useRested } from "../explore/suggest.js";
import { Baselines } from "../form/baselines.js";
import { OptionForm } from "../form/option-form.js";
import { optionName } from "../form/option-texts.js";
import { useChecked, useSchema } from "../queries.js";
import { go, href } from "../router.js";
import { useSettings } from "../settings.js";
import { EstimateCard } from "./estimate-card.js";

/** Presets and all options of a run, checked by the configuration itself while they are typed. */
export function Train() {
  const { t } = useTranslation();
  const draft = useDraft();
  const { language } = useSettings();
  const schema = useSchema();
  const rested = useRested(draft, 250);
  const checked = useChecked(rested);
  const start = useMutation({
    mutationFn: () => request<{ job: Job }>("/runs", { body: draft }),
    onSuccess: ({ job }) => go(href(["runs", job.id])),
  });
  const issues = checked.data?.issues ?? [];
  const settled = rested === draft && !checked.isPlaceholderData;
  return (
    <Page
      title={t("nav.train")}
      lead={t("train.lead")}
      actions={
        <>
          <UndoDraft />
          <button
            type="button"
            className="button primary"
            disabled={start.isPending || !settled || issues.length > 0 || !checked.data}
            onClick={() => start.mutate()}
          >
            <Play size={16} aria-hidden /> {t("train.start")}
          </button>
        </>
      }
    >
      {start.error && <ErrorBox error={start.error} />}
      {checked.error && <ErrorBox error={checked.error} retry={() => void checked.refetch()} />}
      <Loaded query={schema} lines={8}>
        {({ schema: shape, presets }) => (
          <>
            <div className="grid three" role="radiogroup" aria-label={t("train.presets")}>
              {Object.keys(presets).map((name) => (
                // biome-ignore lint/a11y/useSemanticElements: a card with text, not a dot
                <button
                  key={name}
                  type="button"
                  role="radio"
                  aria-checked={draft.preset === name}
                  className="card preset"
                  onClick={() => changeDraft({ ...draft, preset: name })}
                >
                  <h2>{t(`train.preset.${name}`, { defaultValue: name })}</h2>
                  <p className="muted small">{t(`train.presetHelp.${name}`, { defaultValue: presets[name].reason })}</p>
                </button>
              ))}
            </div>
            {issues.length > 0 && (
              <Notice tone="bad" title={t("train.wrong", { number: issues.length })}>
                <ul>
                  {issues.map(({ path, message }) => (
                    <li key={`${path} ${message}`}>
                      <strong>{optionName(path, language) || "–"}</strong> {message}
                    </li>
                  ))}
                </ul>
              </Notice>
            )}
            <EstimateCard draft={draft} valid={settled && checked.data !== undefined && issues.length === 0} />
            <OptionForm
              schema={shape}
              usual={checked.data?.usual ?? presets[draft.preset]?.config ?? presets.default.config}
              options={draft.options}
              issues={issues}
              onChange={(option, value) => setOptions([[option, value]])}
            />
            <Baselines
              usual={(checked.data?.usual ?? presets[draft.preset]?.config ?? presets.default.config).baselines}
              value={draft.options.baselines}
              onChange={(names) => setOptions([["baselines", names]])}
            />
            {checked.data?.command && (
              <Card title={t("run.command")}>
                <pre className="command">{checked.data.command}</pre>
              </Card>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
