import { useTranslation } from "react-i18next";
import type { EvaluationDetail } from "../../engine/protocol.js";
import { MetricCell } from "../components/metric-cell.js";
import { Badge, Card, Notice } from "../components/parts.js";
import { useFormat } from "../format.js";

/** How many models were measured on this test part: more than one is a warning. */
export function Readings({ readings }: Pick<EvaluationDetail, "readings">) {
  const { t } = useTranslation();
  const format = useFormat();
  if (readings.length === 0) return null;
  const words = t("evaluate.readings", { number: readings.length, first: format.day(readings[0].first) });
  return readings.length > 1 ? (
    <Notice tone="warn" title={words}>
      {t("evaluate.readingsWarning")}
    </Notice>
  ) : (
    <Notice>{words}</Notice>
  );
}

/** One list a listener, all test plays relevant. */
export function Sets({ sets }: Pick<EvaluationDetail, "sets">) {
  const { t } = useTranslation();
  if (sets.length === 0) return null;
  return (
    <Card title={t("evaluate.sets")} flush>
      <table aria-label={t("evaluate.sets")}>
        <thead>
          <tr>
            {sets.map(({ name }) => (
              <th key={name} className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {sets.map((metric) => (
              <MetricCell key={metric.name} metric={metric} />
            ))}
          </tr>
        </tbody>
      </table>
    </Card>
  );
}

/** Published results on the same data, and why most may not be compared. */
export function Anchors({ anchors }: Pick<EvaluationDetail, "anchors">) {
  const { t } = useTranslation();
  const format = useFormat();
  if (anchors.length === 0) return null;
  return (
    <Card title={t("evaluate.anchors")} flush>
      <table aria-label={t("evaluate.anchors")}>
        <thead>
          <tr>
            <th>{t("run.scorer")}</th>
            <th>{t("evaluate.published")}</th>
            <th>{t("evaluate.source")}</th>
            <th>{t("evaluate.mayCompare")}</th>
          </tr>
        </thead>
        <tbody>
          {anchors.map(({ anchor, comparable, metrics, reasons, cautions }) => (
            <tr key={`${anchor.model} ${anchor.source} ${anchor.set}`}>
              <td>{anchor.model}</td>
              <td>
                {comparable
                  ? metrics.map(({ name, published, own }) => (
                      <div key={name} className="nowrap">
                        {name} {published}
                        {own && (
                          <span className="muted"> ({t("evaluate.here", { value: format.metric(own.value) })})</span>
                        )}
                      </div>
                    ))
                  : Object.entries(anchor.metrics).map(([name, value]) => (
                      <div key={name} className="nowrap">
                        {name} {value}
                      </div>
                    ))}
              </td>
              <td className="small muted">{anchor.source}</td>
              <td className="small">
                <Badge tone={comparable ? "good" : "plain"}>{t(comparable ? "evaluate.may" : "evaluate.mayNot")}</Badge>{" "}
                <span lang="en">{[...reasons, ...cautions].join("; ")}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
