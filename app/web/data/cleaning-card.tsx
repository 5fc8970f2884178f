import { useTranslation } from "react-i18next";
import type { CleaningReport } from "refrain";
import { ruleText } from "refrain/audit-messages";
import { Card } from "../components/parts.js";
import { useFormat } from "../format.js";
import { useSettings } from "../settings.js";

/** What each rule removed: read = kept + removed. */
export function CleaningCard({ report }: { readonly report: CleaningReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { language } = useSettings();
  const { read, kept, removed, repaired, steps } = report;
  return (
    <Card title={t("data.cleaning")} flush>
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
    </Card>
  );
}
