import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "../../server/contract.js";
import { type Column, DataTable } from "../components/data-table.js";
import { Card, Empty, Loaded, Page } from "../components/parts.js";
import { RunState } from "../components/run-state.js";
import { useFormat } from "../format.js";
import { useRuns } from "../queries.js";
import { go, href } from "../router.js";

const NUMBERS = ["hr", "ndcg", "oracle", "time"];

/** All runs in a table. */
export function Runs() {
  const { t } = useTranslation();
  const format = useFormat();
  const runs = useRuns();
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const columns = useMemo((): Column<RunRow>[] => {
    const toggle = (id: string) =>
      setChosen((old) => new Set(old.has(id) ? [...old].filter((each) => each !== id) : [...old, id]));
    const metric = (name: string) => (row: RunRow) => row.test[name];
    return [
      {
        id: "choose",
        header: () => <span className="visually-hidden">{t("runs.compare")}</span>,
        enableSorting: false,
        cell: ({ row }) => (
          <input
            type="checkbox"
            aria-label={t("runs.choose", { run: row.original.id })}
            checked={chosen.has(row.original.id)}
            onChange={() => toggle(row.original.id)}
          />
        ),
      },
      {
        id: "name",
        accessorFn: ({ name }) => name,
        header: t("runs.name"),
        cell: ({ row: { original: run } }) => (
          <a href={href(["runs", run.id])}>
            <strong>{run.name}</strong>
          </a>
        ),
      },
      {
        id: "state",
        accessorFn: ({ state }) => state,
        header: t("runs.state"),
        cell: ({ row }) => <RunState state={row.original.state} />,
      },
      {
        id: "started",
        accessorFn: ({ startedAt }) => startedAt,
        header: t("runs.started"),
        cell: ({ row }) => format.moment(row.original.startedAt),
      },
      {
        id: "data",
        accessorFn: ({ data }) => data,
        header: t("runs.data"),
        cell: ({ row }) => <bdi title={row.original.data}>{row.original.data.split(/[/\\]/).at(-1)}</bdi>,
      },
      { id: "preset", accessorFn: ({ preset }) => preset, header: t("runs.preset") },
      { id: "hr", accessorFn: metric("HR@10"), header: "HR@10", cell: ({ row }) => figure(row.original.test["HR@10"]) },
      {
        id: "ndcg",
        accessorFn: metric("NDCG@10"),
        header: "NDCG@10",
        cell: ({ row }) => figure(row.original.test["NDCG@10"]),
      },
      {
        id: "oracle",
        accessorFn: ({ shareOfOracle }) => shareOfOracle ?? -1,
        header: t("runs.oracle"),
        cell: ({ row }) => (row.original.shareOfOracle === null ? "–" : format.share(row.original.shareOfOracle)),
      },
      {
        id: "time",
        accessorFn: ({ trainingSeconds }) => trainingSeconds ?? 0,
        header: t("runs.time"),
        cell: ({ row }) =>
          row.original.trainingSeconds === null ? "–" : format.duration(row.original.trainingSeconds),
      },
    ];
  }, [t, format.moment, format.share, format.duration, chosen]);
  const text = wanted.trim().toLowerCase();
  const shown = useMemo(
    () => (runs.data ?? []).filter((run) => `${run.id} ${run.data} ${run.preset}`.toLowerCase().includes(text)),
    [runs.data, text],
  );
  return (
    <Page
      title={t("nav.runs")}
      lead={t("runs.lead")}
      actions={
        <>
          <button
            type="button"
            className="button"
            disabled={chosen.size < 2}
            onClick={() => go(href(["compare"], { runs: [...chosen].join(",") }))}
          >
            {t("runs.compareChosen", { count: chosen.size })}
          </button>
          <a className="button primary" href={href(["train"])}>
            {t("runs.new")}
          </a>
        </>
      }
    >
      <label className="search">
        <Search size={16} aria-hidden />
        <input
          className="input"
          type="search"
          placeholder={t("runs.search")}
          aria-label={t("runs.search")}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </label>
      <Card flush>
        <Loaded query={runs} lines={6}>
          {() =>
            shown.length > 0 ? (
              <DataTable label={t("nav.runs")} rows={shown} columns={columns} numbers={NUMBERS} />
            ) : (
              <Empty title={text ? t("runs.noMatch") : t("home.none")} text={text ? "" : t("home.noneHelp")} />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}

function figure(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(3);
}
