import { useTranslation } from "react-i18next";
import type { ConfigIssue } from "../../server/contract.js";
import { optionAt } from "../draft.js";
import { useSettings } from "../settings.js";
import { OPTION_TEXTS, optionName } from "./option-texts.js";
import { dayOf, type Field, secondsOf } from "./schema.js";

/** The schema speaks of null where a field of the form is left empty. */
const inWords = (help: string) => help.replace(/\bnull\b/g, "empty");

/** What is wrong with an option, or with something inside it. */
function issueOf(issues: readonly ConfigIssue[], option: string): string | undefined {
  return issues.find(({ path }) => path === option || path.startsWith(`${option}.`))?.message;
}

export interface OptionsProps {
  /** Values where nothing was changed. */
  readonly usual: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly issues: readonly ConfigIssue[];
  readonly onChange: (option: string, value: unknown) => void;
}

/** An option for each field, with what it is and what is wrong with it. */
export function OptionFields({
  fields,
  usual,
  options,
  issues,
  onChange,
}: OptionsProps & { fields: readonly Field[] }) {
  return (
    <div className="fields">
      {fields.map((field) => (
        <OptionField
          key={field.path}
          field={field}
          usual={optionAt(usual, field.path)}
          value={optionAt(options, field.path)}
          issue={issueOf(issues, field.path)}
          onChange={(value) => onChange(field.path, value)}
        />
      ))}
    </div>
  );
}

interface OptionFieldProps {
  readonly field: Field;
  readonly usual: unknown;
  /** undefined where it was not changed. */
  readonly value: unknown;
  readonly issue: string | undefined;
  readonly onChange: (value: unknown) => void;
}

/** One option with its name and a line about it. */
function OptionField({ field, usual, value, issue, onChange }: OptionFieldProps) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const { path, kind, nullable, choices, minimum, maximum, whole } = field;
  const texts = OPTION_TEXTS[path];
  const shown = value === undefined ? usual : value;
  const set = (next: unknown) => onChange(JSON.stringify(next) === JSON.stringify(usual) ? undefined : next);
  const common = {
    id: path,
    "aria-invalid": issue !== undefined,
    "aria-describedby": `${path}-help`,
  };
  return (
    <div className="field">
      <label htmlFor={path}>
        {optionName(path, language)}{" "}
        {value !== undefined && <span className="changed-dot" title={t("train.differs")} />}
      </label>
      {kind === "choice" && (
        <select
          className="input"
          {...common}
          value={String(shown ?? "")}
          onChange={(event) => set(event.target.value === "" ? null : event.target.value)}
        >
          {nullable && <option value="">{t("train.none")}</option>}
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice.trim() === "" ? JSON.stringify(choice) : choice}
            </option>
          ))}
        </select>
      )}
      {kind === "switch" && (
        <span>
          <input type="checkbox" {...common} checked={shown === true} onChange={(event) => set(event.target.checked)} />
        </span>
      )}
      {kind === "number" && (
        <input
          className="input"
          type="number"
          {...common}
          step={whole ? 1 : "any"}
          min={minimum}
          max={maximum}
          placeholder={nullable ? t("train.none") : ""}
          value={typeof shown === "number" ? shown : ""}
          onChange={(event) =>
            set(event.target.value === "" ? (nullable ? null : undefined) : Number(event.target.value))
          }
        />
      )}
      {kind === "day" && (
        <input
          className="input"
          type="date"
          {...common}
          value={typeof shown === "number" ? dayOf(path, shown) : ""}
          onChange={(event) => set(secondsOf(path, event.target.value))}
        />
      )}
      {(kind === "text" || kind === "other") && (
        <input
          className="input"
          type="text"
          {...common}
          readOnly={kind === "other"}
          placeholder={nullable ? t("train.none") : ""}
          value={typeof shown === "string" ? shown : shown === null || shown === undefined ? "" : JSON.stringify(shown)}
          onChange={(event) => set(event.target.value === "" ? (nullable ? null : undefined) : event.target.value)}
        />
      )}
      <p className="help" id={`${path}-help`}>
        {issue && <span className="wrong">{issue} </span>}
        {(language === "zh" && texts?.[2]) || inWords(field.help)}
      </p>
    </div>
  );
}
