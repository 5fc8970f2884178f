import { useTranslation } from "react-i18next";
import type { ConfigIssue } from "../../server/contract.js";
import { Card } from "../components/parts.js";
import { optionAt, withOption } from "../draft.js";
import { useSettings } from "../settings.js";
import { OPTION_TEXTS } from "./option-texts.js";
import { type Field, fieldsOf, type JsonSchema } from "./schema.js";

/** Options that most people change, in the order shown. */
const FIRST = [
  "name",
  "data.path",
  "train.epochs",
  "model.cell",
  "model.hiddenSize",
  "model.embeddingSize",
  "train.learningRate",
  "train.seed",
];
const SECTIONS = ["data", "cleaning", "split", "model", "train", "protocol"];
/** Not for a form: the screen Data finds the columns, and the rest follows from the log. */
const HIDDEN = new Set(["data.columns", "cleaning.hasTimes", "cleaning.latest", "protocol.candidates"]);

interface OptionFormProps {
  readonly schema: JsonSchema;
  /** Values where nothing was changed. */
  readonly usual: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly issues: readonly ConfigIssue[];
  readonly onChange: (options: Readonly<Record<string, unknown>>) => void;
}

/** A form out of the schema: the important options first, all others folded by section. */
export function OptionForm({ schema, usual, options, issues, onChange }: OptionFormProps) {
  const { t } = useTranslation();
  const name: Field = {
    path: "name",
    kind: "text",
    whole: false,
    nullable: false,
    choices: [],
    minimum: undefined,
    maximum: undefined,
    help: "",
  };
  const sections = SECTIONS.map((section) =>
    fieldsOf(schema.properties?.[section] ?? {}, section).filter(({ path }) => !HIDDEN.has(path)),
  );
  const all = [name, ...sections.flat()];
  const input = (field: Field) => (
    <OptionField
      key={field.path}
      field={field}
      usual={optionAt(usual, field.path)}
      value={optionAt(options, field.path)}
      issue={issues.find(({ path }) => path === field.path || path.startsWith(`${field.path}.`))?.message}
      onChange={(value) => onChange(withOption(options, field.path, value))}
    />
  );
  return (
    <>
      <Card title={t("train.main")}>
        <div className="fields">{FIRST.flatMap((path) => all.filter((field) => field.path === path)).map(input)}</div>
      </Card>
      {SECTIONS.map((section, i) => {
        const changed = sections[i].filter(({ path }) => optionAt(options, path) !== undefined).length;
        return (
          <details key={section} className="card fold">
            <summary>
              <h2>{t(`train.section.${section}`)}</h2>
              <span className="muted small">{changed > 0 && t("train.changed", { number: changed })}</span>
            </summary>
            <div className="body fields">{sections[i].filter(({ path }) => !FIRST.includes(path)).map(input)}</div>
          </details>
        );
      })}
    </>
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
        {texts?.[language === "zh" ? 1 : 0] ?? path}{" "}
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
        {(language === "zh" && texts?.[2]) || field.help}
      </p>
    </div>
  );
}
