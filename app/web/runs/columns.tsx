import { Pin } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "../../server/contract.js";
import type { Column } from "../components/data-table.js";
import { RunState } from "../components/run-state.js";
import { useFormat } from "../format.js";
import { href } from "../router.js";

/** Columns that hold numbers. */
export const NUMBERS: readonly string[] = ["hr", "ndcg", "oracle", "time"];

/** What the list of runs says about each run. @param onTag a tag was clicked */
export function useRunColumns(onTag: (tag: string) => void, linked: boolean): Column<RunRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  // biome-ignore lint/correctness/useExhaustiveDependencies: formats change with the language, as t does
  return useMemo((): Column<RunRow>[] => {
    const metric = (id: string, name: string): Column<RunRow> => ({
      id,
      accessorFn: ({ test }) => test[name] ?? -1,
      header: name,
      cell: ({ row }) => figure(row.original.test[name]),
    });
    return [
      {
        id: "name",
        accessorFn: ({ name }) => name,
        header: t("runs.name"),
        cell: ({ row: { original: run } }) => (
          <span className="run-name">
            {run.pinned && <Pin size={13} aria-label={t("runs.isPinned")} />}
            {linked ? (
              <a href={href(["runs", run.id])}>
                <strong>{run.name}</strong>
              </a>
            ) : (
              <strong>{run.name}</strong>
            )}
            {run.tags.map((tag) => (
              <button key={tag} type="button" className="tag" onClick={() => onTag(tag)}>
                <span className="visually-hidden">{t("runs.withTag")} </span>
                <bdi>{tag}</bdi>
              </button>
            ))}
          </span>
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
        cell: ({ row }) => <span className="nowrap">{format.moment(row.original.startedAt)}</span>,
      },
      {
        id: "data",
        accessorFn: ({ data }) => data,
        header: t("runs.data"),
        cell: ({ row }) => <bdi title={row.original.data}>{row.original.data.split(/[/\\]/).at(-1)}</bdi>,
      },
      {
        id: "preset",
        accessorFn: ({ preset }) => preset,
        header: t("runs.preset"),
        cell: ({ row }) => (
          <span className="nowrap">
            {t(`train.preset.${row.original.preset}`, { defaultValue: row.original.preset })}
          </span>
        ),
      },
      metric("hr", "HR@10"),
      metric("ndcg", "NDCG@10"),
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
  }, [t, onTag, linked]);
}

function figure(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(3);
}
