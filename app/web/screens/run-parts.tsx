import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LogLine } from "../../server/contract.js";
import { Card } from "../components/parts.js";
import { useFormat } from "../format.js";

/** The command that does the same in a terminal. */
export function Command({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Card
      title={t("run.command")}
      aside={
        <button type="button" className="button quiet" onClick={copy}>
          {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}{" "}
          {copied ? t("run.copied") : t("run.copy")}
        </button>
      }
    >
      <pre className="command">{text}</pre>
    </Card>
  );
}

/** What happened, the newest first. */
export function Log({ lines }: { readonly lines: readonly LogLine[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
    <ol className="log" tabIndex={0} aria-label={t("run.log")}>
      {lines.toReversed().map(({ at, level, key, values }) => (
        <li key={`${at} ${key} ${JSON.stringify(values)}`} className={level}>
          <time dateTime={at}>{format.clock(at)}</time>
          <span>{t(key, values)}</span>
        </li>
      ))}
    </ol>
  );
}
