import { useTranslation } from "react-i18next";
import type { Opening } from "../../engine/protocol.js";
import { useFormat } from "../format.js";
import { useOpening } from "../queries.js";
import { Skeleton } from "./parts.js";

/** What is done in turn before a run answers for the first time. */
const STAGES: readonly Opening["stage"][] = ["engine", "model", "log", "map"];

interface OpenedProps {
  readonly run: string;
  readonly lines?: number;
}

/** In the place of what a run has not answered yet: what is being done, and how far it is. */
export function Opened({ run, lines = 4 }: OpenedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const opening = useOpening(run);
  if (!opening) return <Skeleton lines={lines} />;
  const { stage, done, all } = opening;
  const share = done !== undefined && all ? done / all : (STAGES.indexOf(stage) + 0.5) / STAGES.length;
  const words = t(`opening.${stage}`, { done: format.count(done ?? 0), all: format.count(all ?? 0) });
  return (
    <div className="grid">
      <p className="muted" role="status">
        {words}
      </p>
      <div
        className="progress"
        role="progressbar"
        aria-label={words}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
      >
        <span style={{ width: `${100 * share}%` }} />
      </div>
      <Skeleton lines={lines} />
    </div>
  );
}
