import { useTranslation } from "react-i18next";
import type { ComparisonTable } from "refrain";
import { MetricCell } from "../components/metric-cell.js";
import { useFormat } from "../format.js";
import { methodText, splitText } from "../i18n/names.js";

const SHOWN = ["HR@10", "NDCG@10", "MRR@10", "HR@1"];

/** Test results with 95 % intervals, best first, with bars that can be compared by eye. */
export function ResultsTable({ table }: { readonly table: ComparisonTable }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = SHOWN.filter((name) => table.rows[0]?.metrics.some((metric) => metric.name === name));
  const most = Math.max(
    ...table.rows.flatMap(({ metrics }) => metrics.filter(({ name }) => name === names[0]).map(({ high }) => high)),
  );
  return (
    <>
      <table aria-label={t("run.results")}>
        <thead>
          <tr>
            <th>{t("run.scorer")}</th>
            <th>
              <span className="visually-hidden">{names[0]}</span>
            </th>
            {names.map((name) => (
              <th key={name} className="number">
                {name}
              </th>
            ))}
            <th className="number">{t("run.difference")}</th>
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => {
            const of = (name: string) => row.metrics.find((metric) => metric.name === name);
            const difference = row.differences?.find(({ name }) => name === table.metric);
            const first = of(names[0]);
            return (
              <tr key={row.scorer} className={row.scorer === table.reference ? "own" : undefined}>
                <td>
                  <strong className="name">{methodText(row.scorer, t)}</strong>
                </td>
                <td className="bar-cell">
                  <span className="bar" style={{ width: `${(100 * (first?.value ?? 0)) / most}%` }} />
                </td>
                {names.map((name) => (
                  <MetricCell key={name} metric={of(name)} />
                ))}
                <td className="number">
                  {difference ? `${difference.value > 0 ? "+" : "−"}${format.metric(Math.abs(difference.value))}` : "–"}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Protocol table={table} />
    </>
  );
}

/** The protocol card under every table of results. */
function Protocol({ table: { protocol, metric, reference } }: { readonly table: ComparisonTable }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className="muted small protocol">
      {t("run.protocol", {
        split: splitText(protocol.split, t),
        items: format.count(protocol.items),
        cases: format.count(protocol.cases),
        users: format.count(protocol.users),
        unknown: format.count(protocol.unknownTargets),
        seen: t(`run.seen.${protocol.seen}`),
        ties: t(`run.ties.${protocol.ties}`),
        metric,
        reference: reference === null ? reference : methodText(reference, t),
      })}
    </p>
  );
}
