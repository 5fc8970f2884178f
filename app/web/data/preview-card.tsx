import { useTranslation } from "react-i18next";
import type { DataPreview } from "../../engine/protocol.js";
import { Badge, Card, Notice } from "../components/parts.js";
import { useFormat } from "../format.js";

const ROLES = ["user", "item", "time", "title", "artist", "duration", "rating"];

interface PreviewCardProps {
  readonly preview: DataPreview;
  /** Columns that were named by hand. */
  readonly columns: unknown;
  readonly onColumn: (role: string, column: string | undefined) => void;
}

/** What was detected, with a choice of the column for each role, and the first rows. */
export function PreviewCard({ preview, columns, onColumn }: PreviewCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const named = (columns ?? {}) as Readonly<Record<string, string>>;
  const { detected, rows, roles, count } = preview;
  const facts = detected
    ? [
        detected.layout,
        t(`data.format.${detected.format}`),
        detected.encoding,
        t("data.rows", { number: format.count(count) }),
      ]
    : [];
  return (
    <Card title={t("data.detected")} aside={facts.filter(Boolean).map((fact) => <Badge key={fact}>{fact}</Badge>)}>
      {!detected && <Notice>{t("data.nameColumns")}</Notice>}
      {detected?.notes?.map((note) => (
        <Notice key={note}>{note}</Notice>
      ))}
      {preview.columns.length > 0 && (
        <div className="roles">
          {ROLES.map((role) => (
            <label key={role} className="field">
              <span className="label">{t(`data.role.${role}`)}</span>
              <select
                className="input"
                value={named[role] ?? (detected?.roles as Readonly<Record<string, string>> | undefined)?.[role] ?? ""}
                onChange={(event) => onColumn(role, event.target.value === "" ? undefined : event.target.value)}
              >
                <option value="">{t("data.noColumn")}</option>
                {preview.columns.map((column) => (
                  <option key={column}>{column}</option>
                ))}
              </select>
            </label>
          ))}
        </div>
      )}
      {rows.length > 0 && <FirstRows rows={rows} roles={roles} />}
    </Card>
  );
}

function FirstRows({ rows, roles }: Pick<DataPreview, "rows" | "roles">) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
    <section className="sideways" tabIndex={0} aria-label={t("data.firstRows")}>
      <table aria-label={t("data.firstRows")}>
        <thead>
          <tr>
            {roles.map((role) => (
              <th key={role}>{t(`data.role.${role}`, { defaultValue: role })}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a log may be the same
            <tr key={line}>
              {row.map((cell, i) => (
                <td key={roles[i]} className="song">
                  <bdi>{cell}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
