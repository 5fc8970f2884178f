import { useTranslation } from "react-i18next";
import type { RunRow } from "../../server/contract.js";
import { useFormat } from "../format.js";
import { useFinished } from "../queries.js";
import { href } from "../router.js";
import { Empty } from "./parts.js";

interface RunPickerProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (run: string) => void;
  /** Text of a first choice that means none. */
  readonly none?: string;
  readonly except?: string;
}

/** A choice among the finished runs. */
export function RunPicker({ label, value, onChange, none, except }: RunPickerProps) {
  const runs = useFinished(value) ?? [];
  const format = useFormat();
  const text = ({ name, startedAt, test }: RunRow) =>
    [
      name,
      ...(test["HR@10"] === undefined ? [] : [`HR@10 ${format.metric(test["HR@10"])}`]),
      format.moment(startedAt),
    ].join(" · ");
  return (
    <select
      className="input picker"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {none !== undefined && <option value="">{none}</option>}
      {runs
        .filter(({ id }) => id !== except)
        .map((run) => (
          <option key={run.id} value={run.id}>
            {text(run)}
          </option>
        ))}
    </select>
  );
}

/** What a screen shows that needs a finished run where there is none. */
export function NoRunYet() {
  const { t } = useTranslation();
  return (
    <Empty
      title={t("state.noFinished")}
      text={t("state.noFinishedHelp")}
      action={
        <a className="button primary" href={href(["train"])}>
          {t("state.toTrain")}
        </a>
      }
    />
  );
}
