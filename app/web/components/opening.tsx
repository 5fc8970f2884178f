import { useTranslation } from "react-i18next";
import { useFormat } from "../format.js";
import { useOpening } from "../queries.js";
import { openingShare } from "./opening-share.js";
import { Skeleton } from "./parts.js";
import { Progress } from "./progress.js";

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
  const words = t(`opening.${stage}`, { done: format.count(done ?? 0), all: format.count(all ?? 0) });
  return (
    <div className="grid">
      <p className="muted" role="status">
        {words}
      </p>
      <Progress label={words} share={openingShare(opening)} />
      <Skeleton lines={lines} />
    </div>
  );
}
