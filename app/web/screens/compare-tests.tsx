import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ComparisonTable } from "refrain";
import { Badge, Card, Loaded } from "../components/parts.js";
import { useFormat } from "../format.js";
import { usePairs } from "../queries.js";

/** Below this corrected p the difference is told as one. */
const SURE = 0.05;

/** Whether the runs differ from the best of them, by paired tests over the same listeners. */
export function PairedTests({ runs }: { readonly runs: readonly string[] }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const pairs = usePairs(runs, asked);
  return (
    <Card title={t("compare.tests")} flush={pairs.data !== undefined}>
      {asked ? (
        <Loaded query={pairs} lines={3}>
          {(table) => <Tests table={table} />}
        </Loaded>
      ) : (
        <>
          <p className="muted">{t("compare.testsHelp")}</p>
          <button type="button" className="button" onClick={() => setAsked(true)}>
            {t("compare.test")}
          </button>
        </>
      )}
    </Card>
  );
}

function Tests({ table: { rows, metric } }: { readonly table: ComparisonTable }) {
  const { t } = useTranslation();
  const format = useFormat();
  const chance = (p: number) => (p < 0.001 ? "< 0.001" : p.toFixed(3));
  return (
    <table aria-label={t("compare.tests")}>
      <thead>
        <tr>
          <th>{t("runs.name")}</th>
          <th className="number">{metric}</th>
          <th className="number">{t("compare.toBest")}</th>
          <th className="number">{t("compare.randomisation")}</th>
          <th className="number">{t("compare.wilcoxon")}</th>
          <th>
            <span className="visually-hidden">{t("compare.verdict")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ scorer, metrics, tests }) => {
          const own = metrics.find(({ name }) => name === metric);
          const differs = tests && Math.max(tests.randomisation.corrected, tests.wilcoxon.corrected) < SURE;
          return (
            <tr key={scorer}>
              <td>{scorer}</td>
              <td className="number">{own ? format.metric(own.value) : "–"}</td>
              <td className="number">
                {tests ? `−${format.metric(Math.abs(tests.difference.value))}` : "–"}
                {tests && (
                  <span className="interval">
                    {`${format.metric(tests.difference.low)} … ${format.metric(tests.difference.high)}`.replaceAll(
                      "-",
                      "−",
                    )}
                  </span>
                )}
              </td>
              <td className="number">{tests ? chance(tests.randomisation.corrected) : "–"}</td>
              <td className="number">{tests ? chance(tests.wilcoxon.corrected) : "–"}</td>
              <td>
                <Badge tone={tests && differs ? "warn" : "plain"}>
                  {t(tests ? (differs ? "compare.worse" : "compare.notApart") : "compare.best")}
                </Badge>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
