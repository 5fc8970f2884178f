import { useTranslation } from "react-i18next";
import type { Play, SuggestionList } from "../../engine/protocol.js";
import { SongName } from "../components/song-name.js";
import { useFormat } from "../format.js";

/** Plays that are shown. */
export const FUTURE_SHOWN = 6;

interface FutureProps {
  readonly plays: readonly Play[];
  readonly watched: SuggestionList["watched"] | undefined;
}

/** What the listener really played next, with the place that the model gave each. */
export function Future({ plays, watched }: FutureProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const rank = (id: string) => watched?.find((each) => each.id === id)?.rank ?? null;
  if (plays.length === 0) return null;
  return (
    <section className="card future" aria-label={t("explore.future")}>
      <h2>{t("explore.future")}</h2>
      <ol>
        {plays.slice(0, FUTURE_SHOWN).map((play, place) => {
          const at = rank(play.id);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a song may come twice, so its place is the key
            <li key={place} className={at !== null && at <= 10 ? "hit" : undefined}>
              <SongName song={play} />
              <span className="number small">
                {at === null ? t("explore.unknownItem") : t("explore.atRank", { rank: format.count(at) })}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
