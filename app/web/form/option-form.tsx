import { useTranslation } from "react-i18next";
import { Card } from "../components/parts.js";
import { optionAt } from "../draft.js";
import { OptionFields, type OptionsProps } from "./option-field.js";
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
const HIDDEN = new Set(["data.columns", "cleaning.hasTimes", "protocol.candidates"]);

interface OptionFormProps extends OptionsProps {
  readonly schema: JsonSchema;
}

/** A form out of the schema: the important options first, all others folded by section. */
export function OptionForm({ schema, ...values }: OptionFormProps) {
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
  return (
    <>
      <Card title={t("train.main")}>
        <OptionFields fields={FIRST.flatMap((path) => all.filter((field) => field.path === path))} {...values} />
      </Card>
      {SECTIONS.map((section, i) => {
        const changed = sections[i].filter(({ path }) => optionAt(values.options, path) !== undefined).length;
        return (
          <details key={section} className="card fold">
            <summary>
              <h2>{t(`train.section.${section}`)}</h2>
              <span className="muted small">{changed > 0 && t("train.changed", { number: changed })}</span>
            </summary>
            <div className="body">
              <OptionFields fields={sections[i].filter(({ path }) => !FIRST.includes(path))} {...values} />
            </div>
          </details>
        );
      })}
    </>
  );
}
