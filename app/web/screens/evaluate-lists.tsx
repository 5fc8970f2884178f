import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EvaluationDetail, UserResult } from "../../engine/protocol.js";
import { Chart } from "../components/chart.js";
import { axis } from "../components/chart-theme.js";
import { type Column, DataTable } from "../components/data-table.js";
import { csvOf, saveText } from "../components/export.js";
import { Card } from "../components/parts.js";
import { useFormat } from "../format.js";
import { href } from "../router.js";

/** Coverage, popularity bias, novelty and diversity of the lists, each with a sentence. */
export function ListFacts({ lists }: Pick<EvaluationDetail, "lists">) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("evaluate.lists")} flush>
      <table aria-label={t("evaluate.lists")}>
        <thead>
          <tr>
            <th>{t("run.metric")}</th>
            <th className="number">{t("evaluate.value")}</th>
            <th>{t("data.meaning")}</th>
          </tr>
        </thead>
        <tbody>
          {lists.map(({ name, value, low, high }) => {
            const [kind] = name.split("@");
            return (
              <tr key={name}>
                <td>{t(`evaluate.list.${kind}.0`, { defaultValue: name })}</td>
                <td className="number">
                  {format.number(value)}
                  {low !== null && high !== null && (
                    <span className="interval">
                      {format.number(low)}–{format.number(high)}
                    </span>
                  )}
                </td>
                <td className="small muted">{t(`evaluate.list.${kind}.1`, { defaultValue: name })}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}

/** Rows of the table that are drawn; the file has all. */
const SHOWN = 200;

/** Every listener with her hits, and how the listeners spread. */
export function Users({ run, users }: { readonly run: string; readonly users: readonly UserResult[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useMemo(
    (): Column<UserResult>[] => [
      {
        id: "user",
        accessorFn: ({ user }) => user,
        header: t("evaluate.listener"),
        cell: ({ row: { original: each } }) => (
          <a href={href(["explore", run], { user: each.user, now: each.now })}>
            <bdi>{each.user}</bdi> →
          </a>
        ),
      },
      { id: "plays", accessorFn: ({ plays }) => plays, header: t("evaluate.allPlays") },
      { id: "cases", accessorFn: ({ cases }) => cases, header: t("evaluate.cases") },
      {
        id: "hits",
        accessorFn: ({ hits, cases }) => hits / cases,
        header: "HR@10",
        cell: ({ row }) => format.metric(row.original.hits / row.original.cases),
      },
      {
        id: "ndcg",
        accessorFn: ({ ndcg }) => ndcg,
        header: "NDCG@10",
        cell: ({ row }) => format.metric(row.original.ndcg),
      },
    ],
    [t, format.metric, run],
  );
  const sorted = useMemo(() => users.toSorted((a, b) => a.ndcg - b.ndcg), [users]);
  const save = () =>
    saveText(
      csvOf({
        header: [
          t("evaluate.listener"),
          t("evaluate.allPlays"),
          t("evaluate.cases"),
          t("evaluate.hits"),
          "HR@10",
          "NDCG@10",
        ],
        rows: sorted.map(({ user, plays, cases, hits, ndcg }) => [user, plays, cases, hits, hits / cases, ndcg]),
      }),
      t("evaluate.users"),
      "csv",
    );
  return (
    <>
      <Spread users={users} />
      <Card
        title={t("evaluate.users")}
        aside={
          <button type="button" className="button quiet tiny" onClick={save}>
            CSV
          </button>
        }
        flush
      >
        <p className="padded muted small">
          {t("evaluate.usersShown", {
            shown: format.count(Math.min(SHOWN, users.length)),
            all: format.count(users.length),
          })}
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
        <section className="short" tabIndex={0} aria-label={t("evaluate.users")}>
          <DataTable
            label={t("evaluate.users")}
            rows={sorted.slice(0, SHOWN)}
            columns={columns}
            numbers={["plays", "cases", "hits", "ndcg"]}
          />
        </section>
      </Card>
    </>
  );
}

const BINS = 10;

function Spread({ users }: { readonly users: readonly UserResult[] }) {
  const { t } = useTranslation();
  const counts = useMemo(() => {
    const found = new Array<number>(BINS).fill(0);
    for (const { hits, cases } of users) found[Math.min(BINS - 1, Math.floor((BINS * hits) / cases))]++;
    return found;
  }, [users]);
  const names = useMemo(() => counts.map((_, bin) => `${bin * BINS}–${(bin + 1) * BINS} %`), [counts]);
  const data = useMemo(
    () => [
      {
        type: "bar",
        x: names,
        y: counts,
        marker: { color: "var(--chart-1)" },
        hovertemplate: "%{x}: %{y}<extra></extra>",
      },
    ],
    [names, counts],
  );
  return (
    <Chart
      title={t("evaluate.spread")}
      height={240}
      data={data}
      layout={{ xaxis: axis(t("evaluate.spreadShare"), { type: "category" }), yaxis: axis(t("data.users")) }}
      sheet={{
        header: [t("evaluate.spreadShare"), t("data.users")],
        rows: names.map((name, bin) => [name, counts[bin]]),
      }}
    />
  );
}
