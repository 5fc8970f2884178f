import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "refrain";
import { auditEn, auditZh, ruleText } from "refrain/audit-messages";
import { Badge, Card, Tabs, type Tone } from "../components/parts.js";
import { optionsOfText } from "../draft.js";
import { optionText } from "../form/option-texts.js";
import { useFormat } from "../format.js";
import { useSettings } from "../settings.js";

const TONES: Readonly<Record<Finding["severity"], Tone>> = { problem: "bad", warning: "warn", note: "plain" };

interface FindingsProps {
  readonly findings: readonly Finding[];
  readonly onFix: (options: readonly [path: string, value: unknown][]) => void;
}

/** What the audit found, the worst first, with the rows to blame and a button where an option helps. */
export function Findings({ findings, onFix }: FindingsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { language } = useSettings();
  const words = language === "zh" ? auditZh : auditEn;
  const grave = findings.filter(({ severity }) => severity !== "note");
  const [shown, setShown] = useState<"grave" | "all">(grave.length > 0 ? "grave" : "all");
  const inWords = (text: string, values: Finding["values"]) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === "number" ? format.count(value) : String(value ?? "");
    });
  return (
    <Card
      title={t("data.audit")}
      aside={
        <Tabs
          label={t("data.audit")}
          value={shown}
          onChange={setShown}
          options={[
            ["grave", t("data.grave", { number: grave.length })],
            ["all", t("data.allFindings", { number: findings.length })],
          ]}
        />
      }
      flush
    >
      {shown === "grave" && grave.length === 0 && <p className="padded muted">{words.clean}</p>}
      <ul className="findings">
        {(shown === "grave" ? grave : findings).map((finding) => {
          const { code, severity, count, share, of, examples, fix, cleanedBy, values } = finding;
          const [name, sentence] = words.find[code];
          // Where cleaning takes them away already there is nothing left to apply.
          const options = fix && !cleanedBy ? optionsOfText(fix) : [];
          return (
            <li key={code}>
              <div className="finding-head">
                <Badge tone={TONES[severity]}>{words.severity[severity].toLowerCase()}</Badge>
                <strong>{name}</strong>
                <span className="muted small number">
                  {format.count(count)} · {inWords(words.part, { share: format.share(share), whole: words.whole[of] })}
                </span>
                {options.length > 0 && (
                  <button type="button" className="button" onClick={() => onFix(options)}>
                    {t("data.apply")} {options.map(([path, value]) => optionText(path, value, language)).join(", ")}
                  </button>
                )}
              </div>
              <p className="small">{inWords(sentence, values)}</p>
              {cleanedBy && (
                <p className="small muted">
                  {inWords(words.cleaned, { rule: ruleText(language, { rule: cleanedBy })[0] })}
                </p>
              )}
              {examples.length > 0 && (
                <details>
                  <summary className="small">{t("data.examples", { number: examples.length })}</summary>
                  <ul className="examples">
                    {examples.map(({ line, text }) => (
                      <li key={`${line} ${text}`}>
                        <span className="muted number">{line}</span> <bdi className="song">{text}</bdi>
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
