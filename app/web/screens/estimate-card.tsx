import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { RunEstimate } from "refrain";
import { request } from "../api.js";
import { Card, ErrorBox, Notice, Skeleton, Stats } from "../components/parts.js";
import type { Draft } from "../draft.js";
import { useRested } from "../explore/suggest.js";
import { useFormat } from "../format.js";
import { useRuns } from "../queries.js";

/** Time without a change after which a measurement is worth its seconds. */
const RESTED = 1200;
/** Share of the free memory above which a run may fail. */
const TIGHT = 0.8;

/** "TensorFlow 2.21.0 …" out of the engine's own sentence, "engine: native (TensorFlow 2.21.0 …): why". */
const engineOf = (reason: string) => /^engine: \w+ \((.+?)\): /.exec(reason)?.[1] ?? reason;

interface EstimateCardProps {
  readonly draft: Draft;
  /** False while an option is wrong. */
  readonly valid: boolean;
}

/** What the run would take, measured by a few of its own steps whenever the options rest. */
export function EstimateCard({ draft, valid }: EstimateCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const busy = useRuns().data?.some(({ jobId }) => jobId !== null) ?? true;
  const { name: _, ...options } = draft.options;
  const asked = JSON.stringify({ preset: draft.preset, options });
  const body = useRested(asked, RESTED);
  const estimate = useQuery({
    queryKey: ["estimate", body],
    queryFn: ({ signal }) => request<RunEstimate>("/estimate", { body: JSON.parse(body), signal }),
    enabled: valid && !busy && body === asked, // until they rest, the options that were checked are not those asked about
    staleTime: Number.POSITIVE_INFINITY,
  });
  const found = estimate.data;
  const gigabytes = (bytes: number) => `${format.number(bytes / 1e9)} GB`;
  return (
    <Card title={t("train.estimate")}>
      {found && (
        <Stats
          items={[
            {
              label: t("train.takes"),
              value: t("train.about", { value: format.duration(found.trainingSeconds) }),
              note: t("train.takesNote", {
                steps: format.count(found.stepsPerEpoch),
                time: format.number(1000 * found.secondsPerStep),
              }),
            },
            {
              label: t("train.testTakes"),
              value: t("train.about", { value: format.duration(found.testSeconds) }),
              note: t("train.testTakesNote"),
            },
            {
              label: t("train.memory"),
              value: t("train.about", { value: gigabytes(found.peakBytes) }),
              note: t("train.memoryNote", { free: gigabytes(found.availableBytes) }),
            },
            {
              label: t("train.weights"),
              value: format.count(found.parameters),
              note: t("train.weightsNote", { items: format.count(found.items), users: format.count(found.users) }),
            },
          ]}
        />
      )}
      {found && found.peakBytes > TIGHT * found.availableBytes && (
        <Notice tone="warn" title={t("train.tight")}>
          {t("train.tightHelp")}
        </Notice>
      )}
      {found && (
        <p className="muted small">
          {t("train.estimateNote", { time: format.duration(found.measuredSeconds), engine: engineOf(found.engine) })}
        </p>
      )}
      {!found && <Waiting busy={busy} valid={valid} error={estimate.error} retry={() => void estimate.refetch()} />}
    </Card>
  );
}

interface WaitingProps {
  readonly busy: boolean;
  readonly valid: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** Why there is no estimate yet. */
function Waiting({ busy, valid, error, retry }: WaitingProps) {
  const { t } = useTranslation();
  if (busy) return <p className="muted">{t("train.estimateBusy")}</p>;
  if (!valid) return <p className="muted">{t("train.estimateWrong")}</p>;
  if (error) return <ErrorBox error={error} retry={retry} />;
  return (
    <>
      <p className="muted">{t("train.estimating")}</p>
      <Skeleton lines={2} />
    </>
  );
}
