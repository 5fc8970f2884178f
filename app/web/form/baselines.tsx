import { useTranslation } from "react-i18next";
import { Card } from "../components/parts.js";
import { useSettings } from "../settings.js";
import { BASELINES, namesIn, switched } from "./baseline-names.js";

interface BaselinesProps {
  readonly usual: unknown;
  /** undefined where it was not changed. */
  readonly value: unknown;
  readonly onChange: (value: readonly string[] | undefined) => void;
}

/** Which simpler methods are tested beside the model. */
export function Baselines({ usual, value, onChange }: BaselinesProps) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const chosen = namesIn(value ?? usual);
  return (
    <Card
      title={t("train.baselines")}
      aside={value !== undefined && <span className="muted small">{t("train.differs")}</span>}
    >
      <p className="muted small">{t("train.baselinesHelp")}</p>
      <fieldset className="chips" aria-label={t("train.baselines")}>
        {BASELINES.map(([name, ...texts]) => (
          <label key={name} className="chip">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={() => onChange(switched(usual, chosen, name))}
            />
            {texts[language === "zh" ? 1 : 0]}
          </label>
        ))}
      </fieldset>
    </Card>
  );
}
