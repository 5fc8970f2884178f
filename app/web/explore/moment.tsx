import { useTranslation } from "react-i18next";
import type { Play } from "../../engine/protocol.js";
import { useFormat } from "../format.js";
import { playsUntil } from "./what-if.js";

interface MomentProps {
  readonly plays: readonly Play[];
  /** Plays before the moment. */
  readonly now: number;
  /** The moment, where somebody chose it: seconds since 1970. */
  readonly at: number | null;
  readonly onNow: (now: number, at: number | null) => void;
}

/** The moment at which the model is asked: by the number of plays, and by a date where the log has dates. */
export function Moment({ plays, now, at, onNow }: MomentProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = at ?? plays[now]?.time ?? plays.at(-1)?.time ?? null;
  return (
    <div className="now">
      {shown !== null && (
        <label>
          <span className="small">{t("explore.asOf")}</span>
          <input
            type="datetime-local"
            className="input"
            value={localText(shown)}
            onChange={({ target }) => {
              const moment = new Date(target.value).getTime() / 1000;
              // While a date is typed it is none for a moment.
              if (Number.isFinite(moment)) onNow(Math.max(1, playsUntil(plays, moment)), moment);
            }}
          />
        </label>
      )}
      <label>
        <span className="small">
          {t("explore.now", { number: format.count(now), all: format.count(plays.length) })}
        </span>
        <input
          type="range"
          min={1}
          max={plays.length}
          value={now}
          onChange={(event) => onNow(Number(event.target.value), null)}
        />
      </label>
    </div>
  );
}

/** Seconds since 1970 as a date field has them: YYYY-MM-DDThh:mm in the time of this computer. */
function localText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
