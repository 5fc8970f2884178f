import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CleaningReport, RunConfig } from "refrain";
import { ruleText } from "refrain/audit-messages";
import type { ConfigIssue } from "../../server/contract.js";
import { Card } from "../components/parts.js";
import { optionAt, setOptions } from "../draft.js";
import { OptionFields } from "../form/option-field.js";
import { fieldsOf } from "../form/schema.js";
import { useFormat } from "../format.js";
import { useSchema } from "../queries.js";
import { useSettings } from "../settings.js";

interface CleaningCardProps {
  /** null where nothing is left. */
  readonly report: CleaningReport | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly usual: RunConfig | undefined;
  readonly issues: readonly ConfigIssue[];
}

/** What each rule removed, and the rules themselves: the counts follow each change. */
export function CleaningCard({ report, ...rules }: CleaningCardProps) {
  const { t } = useTranslation();
  return (
    <Card title={t("data.cleaning")} flush>
      {report && <Counts report={report} />}
      <Rules open={report === null} {...rules} />
    </Card>
  );
}

interface RulesProps extends Omit<CleaningCardProps, "report"> {
  /** Opened though nobody did. It stays so until somebody folds it. */
  readonly open: boolean;
}

function Rules({ open, ...rules }: RulesProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const schema = useSchema().data?.schema.properties?.cleaning;
  if (!schema) return null;
  const fields = fieldsOf(schema, "cleaning").filter(({ path }) => path !== "cleaning.hasTimes");
  const changed = fields.filter(({ path }) => optionAt(rules.options, path) !== undefined).length;
  return (
    <details className="rules" open={open || shown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        {t("data.rules")}{" "}
        {changed > 0 && <span className="muted small">{t("train.changed", { number: changed })}</span>}
      </summary>
      <OptionFields fields={fields} {...rules} onChange={(option, value) => setOptions([[option, value]])} />
    </details>
  );
}

/** read = kept + removed */
function Counts({ report }: { readonly report: CleaningReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { language } = useSettings();
  const { read, kept, removed, repaired, steps } = report;
  return (
    <>
      <p className="padded muted">
        {t("data.balance", {
          read: format.count(read),
          kept: format.count(kept),
          removed: format.count(removed),
          repaired: format.count(repaired),
        })}
      </p>
      <table aria-label={t("data.cleaning")}>
        <thead>
          <tr>
            <th>{t("data.rule")}</th>
            <th className="number">{t("data.removed")}</th>
            <th className="number">{t("data.repaired")}</th>
            <th className="number">{t("data.kept")}</th>
            <th>{t("data.meaning")}</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => {
            const [rule, meaning] = ruleText(language, step);
            return (
              <tr key={step.rule} className={step.removed + step.repaired === 0 ? "quiet" : undefined}>
                <td>{rule}</td>
                <td className="number">{format.count(step.removed)}</td>
                <td className="number">{format.count(step.repaired)}</td>
                <td className="number">{format.count(step.kept)}</td>
                <td className="small muted">{meaning}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
