import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EvaluationDetail, Miss } from "../../engine/protocol.js";
import { Chart } from "../components/chart.js";
import { axis } from "../components/chart-theme.js";
import { type Column, DataTable } from "../components/data-table.js";
import { MetricCell } from "../components/metric-cell.js";
import { Opened } from "../components/opening.js";
import { Badge, Card, ErrorBox, Notice, Page, Skeleton } from "../components/parts.js";
import { NoRunYet, RunPicker } from "../components/run-picker.js";
import { SongName } from "../components/song-name.js";
import { useFormat } from "../format.js";
import { useEvaluation, useFinished, useRun } from "../queries.js";
import { go, href, useRoute } from "../router.js";
import { ListFacts, Users } from "./evaluate-lists.js";
import { Anchors, Readings, Sets } from "./evaluate-more.js";
import { ResultsTable } from "./results-table.js";

/** The test part of a run: results, slices, ranks and the worst misses. */
export function Evaluate() {
  const { t } = useTranslation();
  const { parts } = useRoute();
  const finished = useFinished();
  const run = parts[1] ?? finished?.[0]?.id;
  return (
    <Page
      title={t("nav.evaluate")}
      lead={t("evaluate.lead")}
      actions={
        run && <RunPicker label={t("explore.model")} value={run} onChange={(id) => go(href(["evaluate", id]))} />
      }
    >
      {run ? <Detail key={run} run={run} /> : finished ? <NoRunYet /> : <Skeleton />}
    </Page>
  );
}

function Detail({ run }: { readonly run: string }) {
  const { t } = useTranslation();
  const record = useRun(run).data?.record;
  const detail = useEvaluation(run);
  const results = record?.results;
  return (
    <>
      {results && (
        <Card title={t("run.results")} flush>
          <ResultsTable table={results} />
        </Card>
      )}
      {detail.error && <ErrorBox error={detail.error} retry={() => void detail.refetch()} />}
      {!detail.data && !detail.error && (
        <Card title={t("evaluate.slices")}>
          <p className="muted">{t("evaluate.working")}</p>
          <Opened run={run} lines={6} />
        </Card>
      )}
      {detail.data && <Readings readings={detail.data.readings} />}
      {detail.data && <Slices detail={detail.data} />}
      {detail.data && <RankChart counts={detail.data.rankCounts} />}
      {detail.data && <Sets sets={detail.data.sets} />}
      {detail.data && <ListFacts lists={detail.data.lists} />}
      {detail.data && <Anchors anchors={detail.data.anchors} />}
      {detail.data && <Users run={run} users={detail.data.users} />}
      {detail.data && <Misses run={run} misses={detail.data.misses} />}
    </>
  );
}

function Slices({ detail: { slices } }: { readonly detail: EvaluationDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(...slices.map(({ metrics }) => metrics[0].high));
  const names = slices[0]?.metrics.map(({ name }) => name) ?? [];
  const kinds = [...new Set(slices.map(({ by }) => by))];
  return (
    <Card title={t("evaluate.slices")} flush>
      <table aria-label={t("evaluate.slices")}>
        <thead>
          <tr>
            <th>{t("evaluate.slice")}</th>
            <th className="number">{t("evaluate.cases")}</th>
            <th className="number">{t("evaluate.share")}</th>
            <th>
              <span className="visually-hidden">{names[0]}</span>
            </th>
            {names.map((name) => (
              <th key={name} className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        {kinds.map((kind) => (
          <tbody key={kind}>
            <tr className="group">
              <th colSpan={4 + names.length} scope="rowgroup">
                {t(`evaluate.by.${kind}`)}
              </th>
            </tr>
            {slices
              .filter(({ by }) => by === kind)
              .map(({ name, cases, share, metrics }) => (
                <tr key={name}>
                  <td>{t(`evaluate.sliceName.${name}`, { defaultValue: name.replace(/(\d)-(\d)/, "$1–$2") })}</td>
                  <td className="number">{format.count(cases)}</td>
                  <td className="number">{format.share(share)}</td>
                  <td className="bar-cell">
                    <span className="bar" style={{ width: `${(100 * metrics[0].value) / most}%` }} />
                  </td>
                  {metrics.map((metric) => (
                    <MetricCell key={metric.name} metric={metric} />
                  ))}
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </Card>
  );
}

const BARS = ["1", "2–5", "6–10", "11–20", "21–50", "51–100", "> 100"];

function RankChart({ counts }: { readonly counts: readonly number[] }) {
  const { t } = useTranslation();
  const names = useMemo(() => [...BARS, t("explore.unknownItem")], [t]);
  const data = useMemo(
    () => [
      {
        type: "bar",
        x: names,
        y: counts,
        marker: { color: names.map((_, i) => (i < 3 ? "var(--chart-1)" : "var(--line-strong)")) },
        hovertemplate: "%{x}: %{y}<extra></extra>",
      },
    ],
    [names, counts],
  );
  return (
    <Chart
      title={t("evaluate.ranks")}
      height={240}
      data={data}
      layout={{ xaxis: axis(t("evaluate.rank"), { type: "category" }), yaxis: axis(t("evaluate.cases")) }}
      sheet={{ header: [t("evaluate.rank"), t("evaluate.cases")], rows: names.map((name, i) => [name, counts[i]]) }}
    />
  );
}

function Misses({ run, misses }: { readonly run: string; readonly misses: readonly Miss[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useMemo(
    (): Column<Miss>[] => [
      {
        id: "rank",
        accessorFn: ({ rank }) => rank,
        header: t("evaluate.rank"),
        cell: ({ row }) => format.count(row.original.rank),
      },
      {
        id: "song",
        accessorFn: ({ target }) => target.title,
        header: t("evaluate.target"),
        cell: ({ row }) => <SongName song={row.original.target} />,
      },
      {
        id: "plays",
        accessorFn: ({ target }) => target.plays,
        header: t("evaluate.plays"),
        cell: ({ row }) => format.count(row.original.target.plays),
      },
      {
        id: "heard",
        accessorFn: ({ heardBefore }) => (heardBefore ? 1 : 0),
        header: t("evaluate.heard"),
        cell: ({ row }) => (
          <Badge tone={row.original.heardBefore ? "warn" : "plain"}>
            {t(row.original.heardBefore ? "explore.heard" : "explore.new")}
          </Badge>
        ),
      },
      {
        id: "length",
        accessorFn: ({ historyLength }) => historyLength,
        header: t("evaluate.length"),
        cell: ({ row }) => format.count(row.original.historyLength),
      },
      {
        id: "user",
        accessorFn: ({ user }) => user,
        header: t("evaluate.listener"),
        cell: ({ row: { original: miss } }) => (
          <a href={href(["explore", run], { user: miss.user, now: miss.now })}>
            <bdi>{miss.user}</bdi> →
          </a>
        ),
      },
    ],
    [t, format.count, run],
  );
  return (
    <Card title={t("evaluate.misses")} flush>
      <div className="padded">
        <Notice>{t("evaluate.missesHelp")}</Notice>
      </div>
      <DataTable label={t("evaluate.misses")} rows={misses} columns={columns} numbers={["rank", "plays", "length"]} />
    </Card>
  );
}
