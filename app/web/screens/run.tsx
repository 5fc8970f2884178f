import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FileDown, FolderOpen, Pause, Play, Save, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Job, RunDetail } from "../../server/contract.js";
import { ApiError, part, request } from "../api.js";
import { saveText } from "../components/export.js";
import { Card, ErrorBox, Loaded, Notice, Page, Skeleton, Stats } from "../components/parts.js";
import { Progress } from "../components/progress.js";
import { RunState } from "../components/run-state.js";
import { useFormat } from "../format.js";
import { useRun } from "../queries.js";
import { go, href } from "../router.js";
import { useSettings } from "../settings.js";
import { LossChart } from "./loss-chart.js";
import { ResultsTable } from "./results-table.js";
import { GradientChart, MetricChart, ThroughputChart } from "./run-charts.js";
import { Command, Log } from "./run-parts.js";

const LIVE: readonly Job["state"][] = ["preparing", "training", "evaluating", "pausing"];

/** One run: live while it trains, a record afterwards. */
export function Run({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const run = useRun(id);
  const runId = run.data?.job?.runId;
  useEffect(() => {
    // An address of a job lives as long as the server; that of its run can be kept.
    if (runId && id !== runId) go(href(["runs", runId]), true);
  }, [id, runId]);
  if (!run.data)
    return (
      <Page title={id}>
        <Loaded query={run}>{() => <Skeleton />}</Loaded>
      </Page>
    );
  const { record, job, log, command } = run.data;
  const live = job !== null && LIVE.includes(job.state);
  const state = live ? job.state : (run.data.row?.state ?? job?.state ?? "failed");
  return (
    <Page
      title={
        <>
          {record?.config.name ?? job?.name} <RunState state={state} />
        </>
      }
      lead={record?.id ?? t("run.preparing")}
      actions={<RunActions detail={run.data} live={live} />}
    >
      {run.error && <ErrorBox error={run.error} retry={() => void run.refetch()} />}
      {job?.failure && <ErrorBox error={new ApiError(job.failure.code, job.failure.message, job.failure.remedy)} />}
      {!live && !job?.failure && run.data.resumable && (
        <Notice tone="warn" title={t("run.unfinished")}>
          {t("run.resumable")}
        </Notice>
      )}
      {live && <LiveBar job={job} />}
      <RunStats detail={run.data} live={live} />
      <div className="grid two">
        <LossChart steps={run.data.steps} epochs={run.data.epochs} besideNote={run.data.references !== null} />
        <MetricChart epochs={run.data.epochs} references={run.data.references} />
      </div>
      {record?.results && (
        <Card title={t("run.results")} aside={<a href={href(["evaluate", record.id])}>{t("run.detail")}</a>} flush>
          <ResultsTable table={record.results} />
        </Card>
      )}
      {run.data.steps.length > 1 && (
        <div className="grid two">
          <ThroughputChart steps={run.data.steps} />
          <GradientChart steps={run.data.steps} />
        </div>
      )}
      {command && <Command text={command} />}
      {log.length > 0 && (
        <Card title={t("run.log")}>
          <Log lines={log} />
        </Card>
      )}
    </Page>
  );
}

function RunActions({ detail, live }: { readonly detail: RunDetail; readonly live: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const id = detail.record?.id ?? detail.job?.id ?? "";
  const act = useMutation({
    mutationFn: (action: "pause" | "stop" | "resume" | "checkpoint") =>
      request<{ job: Job }>(`/runs/${part(id)}/${action}`, { body: {} }),
    onSettled: () => void client.invalidateQueries({ queryKey: ["run"] }),
  });
  // Not disabled: a button that is loses the focus, and with it whoever works by keyboard.
  const canSave = detail.job?.state === "training" && !act.isPending;
  return (
    <>
      {act.error && <ErrorBox error={act.error} />}
      {live && (
        <>
          <button
            type="button"
            className="button"
            disabled={detail.job?.state === "pausing"}
            onClick={() => act.mutate("pause")}
          >
            <Pause size={16} aria-hidden /> {t("run.pause")}
          </button>
          <button
            type="button"
            className="button"
            aria-disabled={!canSave}
            onClick={() => canSave && act.mutate("checkpoint")}
          >
            <Save size={15} aria-hidden /> {t("run.checkpoint")}
          </button>
          <button
            type="button"
            className="button danger"
            onBlur={() => setSure(false)}
            onClick={() => (sure ? act.mutate("stop") : setSure(true))}
          >
            <Square size={15} aria-hidden /> {sure ? t("run.stopSure") : t("run.stop")}
          </button>
        </>
      )}
      {detail.resumable && (
        <button type="button" className="button primary" disabled={act.isPending} onClick={() => act.mutate("resume")}>
          <Play size={16} aria-hidden /> {t("run.resume")}
        </button>
      )}
      {detail.row?.state === "finished" && <ReportButton run={id} />}
      {window.refrainDesktop && detail.record && (
        <button type="button" className="button" onClick={() => void window.refrainDesktop?.revealRun(id)}>
          <FolderOpen size={16} aria-hidden /> {t("run.reveal")}
        </button>
      )}
      {detail.row?.state === "finished" && (
        <a className="button primary" href={href(["explore", id])}>
          {t("nav.explore")}
        </a>
      )}
    </>
  );
}

/** Saves the run as one HTML page that opens anywhere. */
function ReportButton({ run }: { readonly run: string }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const report = useMutation({
    mutationFn: () => request<{ html: string }>(`/runs/${part(run)}/report`, { query: { language } }),
    onSuccess: ({ html }) => saveText(html, run, "html"),
  });
  return (
    <>
      {report.error && <ErrorBox error={report.error} />}
      <button type="button" className="button" disabled={report.isPending} onClick={() => report.mutate()}>
        <FileDown size={16} aria-hidden /> {t(report.isPending ? "run.reporting" : "run.report")}
      </button>
    </>
  );
}

/** How far the run is, with the time left. */
function LiveBar({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words =
    job.state === "evaluating" && job.evaluating
      ? t("run.evaluating", { ...job.evaluating, done: job.evaluating.done + 1 })
      : job.state === "training" && job.step > 0
        ? t("run.progress", {
            epoch: job.epoch,
            epochs: job.epochs,
            step: format.count(job.step),
            all: format.count(job.totalSteps),
          })
        : t(`runState.${job.state}`);
  return (
    <div className="card live">
      <div className="line">
        <strong>{words}</strong>
        <span className="muted number">
          {job.secondsLeft !== null && job.state === "training"
            ? t("run.left", { time: format.duration(job.secondsLeft) })
            : ""}
        </span>
      </div>
      <Progress label={words} share={job.totalSteps > 0 ? job.step / job.totalSteps : 0} />
    </div>
  );
}

function RunStats({ detail, live }: { readonly detail: RunDetail; readonly live: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { row, job, record } = detail;
  const known = (value: number | null | undefined, text: (value: number) => string) =>
    value === null || value === undefined ? "–" : text(value);
  if (live)
    return (
      <Stats
        items={[
          { label: t("run.loss"), value: known(job?.loss, (loss) => loss.toFixed(3)), note: t("run.nats") },
          { label: t("run.epoch"), value: `${job?.epoch ?? 0} / ${job?.epochs ?? 0}` },
          {
            label: t("run.speed"),
            value: known(job?.positionsPerSecond, (rate) => format.count(Math.round(rate))),
            note: t("run.perSecond"),
          },
          { label: t("run.leftLabel"), value: known(job?.secondsLeft, format.duration) },
        ]}
      />
    );
  return (
    <Stats
      items={[
        { label: "HR@10", value: known(row?.test["HR@10"], format.metric), note: t("run.onTest") },
        { label: "NDCG@10", value: known(row?.test["NDCG@10"], format.metric), note: t("run.onTest") },
        { label: t("run.ofOracle"), value: known(row?.shareOfOracle, format.share), note: t("run.ofOracleNote") },
        {
          label: t("run.best"),
          value: known(record?.best?.value, format.metric),
          note: record?.best ? t("run.bestNote", { metric: record.best.metric, epoch: record.best.epoch }) : undefined,
        },
        {
          label: t("run.trained"),
          value: known(row?.trainingSeconds, format.duration),
          note: row && t(`settings.engines.${row.engine}`, { defaultValue: row.engine }),
        },
      ]}
    />
  );
}
