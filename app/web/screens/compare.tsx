import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "../../server/contract.js";
import { part, request } from "../api.js";
import { Chart } from "../components/chart.js";
import { axis } from "../components/chart-theme.js";
import { Card, Empty, Notice, Page } from "../components/parts.js";
import { optionName } from "../form/option-texts.js";
import { useFormat } from "../format.js";
import { useRuns } from "../queries.js";
import { go, href, useRoute } from "../router.js";
import { useSettings } from "../settings.js";
import { PairedTests } from "./compare-tests.js";

const COLOURS = [
  "var(--chart-1)",
  "var(--chart-2)",
  "var(--chart-3)",
  "var(--chart-4)",
  "var(--chart-5)",
  "var(--chart-6)",
];
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "solid"];
const METRICS = ["HR@10", "NDCG@10", "MRR@10", "HR@1", "HR@20"];

/** Runs on top of each other: curves, test results, and the options that differ. */
export function Compare() {
  const { t } = useTranslation();
  const format = useFormat();
  const { search } = useRoute();
  const runs = useRuns().data ?? [];
  const wanted = (search.get("runs") ?? "").split(",").filter((id) => id !== "");
  const found = useQueries({
    queries: wanted.slice(0, COLOURS.length).map((id) => ({
      queryKey: ["run", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => request<RunDetail>(`/runs/${part(id)}`, { signal }),
    })),
  });
  const details = found.flatMap(({ data }) => (data?.record ? [data] : []));
  const toggle = (id: string) => {
    const next = wanted.includes(id) ? wanted.filter((each) => each !== id) : [...wanted, id];
    go(href(["compare"], { runs: next.join(",") }), true);
  };
  return (
    <Page title={t("nav.compare")} lead={t("compare.lead")}>
      <Card title={t("compare.choose")}>
        <div className="chips">
          {runs.map(({ id, name, startedAt }) => (
            <label key={id} className="chip">
              <input type="checkbox" checked={wanted.includes(id)} onChange={() => toggle(id)} />
              <strong>{name}</strong> <span className="muted small">{format.moment(startedAt)}</span>
            </label>
          ))}
          {runs.length === 0 && <p className="muted">{t("home.noneHelp")}</p>}
        </div>
      </Card>
      {details.length < 2 ? <Empty title={t("compare.two")} text={t("compare.twoHelp")} /> : <Side details={details} />}
    </Page>
  );
}

function Side({ details }: { readonly details: readonly RunDetail[] }) {
  const { t } = useTranslation();
  const ids = details.map(({ record }) => record?.id ?? "");
  const names = namesOf(details);
  const sameData = new Set(details.map(({ record }) => record?.data.sha256)).size === 1;
  const longest = Math.max(...details.map(({ epochs }) => epochs.length));
  const curve = (title: string, metric: (epoch: RunDetail["epochs"][number]) => number, y: string) => ({
    title,
    data: details.map(({ epochs }, i) => ({
      type: "scatter",
      mode: "lines+markers",
      name: names[i],
      x: epochs.map(({ epoch }) => epoch),
      y: epochs.map(metric),
      line: { color: COLOURS[i], width: 2, dash: DASHES[i] },
    })),
    layout: { xaxis: axis(t("run.epoch"), { tickformat: "d", dtick: longest > 12 ? null : 1 }), yaxis: axis(y) },
    sheet: {
      header: [t("runs.name"), t("run.epoch"), y],
      rows: details.flatMap(({ epochs }, i) => epochs.map((epoch) => [names[i], epoch.epoch, metric(epoch)])),
    },
  });
  return (
    <>
      {!sameData && <Notice tone="warn">{t("compare.otherData")}</Notice>}
      <div className="grid two">
        <Chart {...curve(t("run.lossTitle"), ({ trainingLoss }) => trainingLoss, t("run.nats"))} />
        <Chart
          {...curve(t("run.metricTitle", { metric: "NDCG@10" }), ({ metrics }) => metrics["NDCG@10"], "NDCG@10")}
        />
      </div>
      <Metrics details={details} ids={ids} names={names} />
      {sameData && details.every(({ record }) => record?.results) && <PairedTests key={ids.join()} runs={ids} />}
      <Differences details={details} ids={ids} names={names} />
    </>
  );
}

/** Runs by the names that a person gave; by their ids where two have the same. */
function namesOf(details: readonly RunDetail[]): string[] {
  const names = details.map(({ record }) => record?.config.name ?? "");
  return details.map(
    ({ record }, i) => (names.filter((name) => name === names[i]).length > 1 ? record?.id : names[i]) ?? "",
  );
}

interface TableProps {
  readonly details: readonly RunDetail[];
  readonly ids: readonly string[];
  readonly names: readonly string[];
}

interface HeaderProps extends Omit<TableProps, "details"> {
  readonly first: string;
}

function Header({ ids, names, first }: HeaderProps) {
  return (
    <thead>
      <tr>
        <th>{first}</th>
        {names.map((name, i) => (
          <th key={name}>
            <span className="swatch" style={{ background: COLOURS[i] }} />
            <a href={href(["runs", ids[i]])}>{name}</a>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Metrics({ details, ids, names }: TableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("compare.metrics")} flush>
      <table aria-label={t("compare.metrics")}>
        <Header ids={ids} names={names} first={t("run.metric")} />
        <tbody>
          {METRICS.map((name) => {
            const values = details.map(({ record, row }) =>
              record?.results?.rows
                .find(({ scorer }) => scorer === row?.scorer)
                ?.metrics.find((metric) => metric.name === name),
            );
            const best = Math.max(...values.map((value) => value?.value ?? 0));
            return (
              <tr key={name}>
                <td>{name}</td>
                {values.map((value, i) => (
                  <td key={names[i]}>
                    {value ? (
                      <span className={value.value === best ? "best number" : "number"}>
                        {format.metric(value.value)}{" "}
                        <span className="interval inline">
                          {format.metric(value.low)}–{format.metric(value.high)}
                        </span>
                      </span>
                    ) : (
                      "–"
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}

function Differences({ details, ids, names }: TableProps) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const rows = useMemo(() => {
    const all = details.map(
      ({ options }) =>
        new Map(
          options.map(([path, value]) => [path, typeof value === "string" ? value : JSON.stringify(value)] as const),
        ),
    );
    const paths = [...new Set(all.flatMap((options) => [...options.keys()]))];
    return paths
      .map((path) => [path, ...all.map((options) => options.get(path) ?? "–")])
      .filter(([, ...values]) => new Set(values).size > 1);
  }, [details]);
  return (
    <Card title={t("compare.differences")} flush>
      {rows.length === 0 ? (
        <Empty title={t("compare.same")} />
      ) : (
        <table aria-label={t("compare.differences")}>
          <Header ids={ids} names={names} first={t("compare.option")} />
          <tbody>
            {rows.map(([path, ...values]) => (
              <tr key={path}>
                <td className="name">
                  {optionName(path, language)} <code className="small muted">{path}</code>
                </td>
                {values.map((value, i) => (
                  <td key={names[i]}>
                    <code>{value}</code>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
