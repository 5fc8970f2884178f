import type { Detected, Preview } from "../data/index.js";
import { text } from "./messages.js";
import { formatTable } from "./output.js";

const MOST_SHOWN = 12;

/**
 * What was found out about a log, as lines for a person: format, roles, members, what was left out, what to know.
 *
 * @param path shown as it is
 * @example detectedText("u.data", { format: "table", encoding: "utf-8", header: ["i"], roles: { item: "i" } }) // "u.data: table, utf-8\nitem = i"
 */
export function detectedText(path: string, detected: Detected): string {
  const { format, layout, encoding, separator, roles, container, members = [], skipped = [], notes = [] } = detected;
  const what = [
    container ? `${container} of ${members.length} × ${format}` : format,
    ...(layout ? [`layout ${layout}`] : []),
    encoding,
    ...(separator ? [`separator ${JSON.stringify(separator)}`] : []),
  ];
  const found = Object.entries(roles).map(([role, column]) => `${role} = ${column}`);
  if (!("item" in roles)) found.push(roles.artist ? "item = artist - title" : "item = title");
  if (detected.singleUser) found.unshift('user = "me"');
  return [
    `${path}: ${what.join(", ")}`,
    found.join(", "),
    ...shown(
      members,
      ({ name, rows, bad }) => `  read     ${name}: ${rows} rows${bad > 0 ? `, ${bad} unreadable` : ""}`,
    ),
    ...shown(skipped, ({ name, reason }) => `  skipped  ${name}: ${reason}`),
    ...notes.map((note) => `Note: ${note}`),
  ].join("\n");
}

/** The same with the time unit and the first rows, as roles see them. @param path shown in place of the preview's own */
export function previewText({ path, detected, timeUnit, roles, rows }: Preview, shownPath: string = path): string {
  return [
    detectedText(shownPath, detected),
    text("timeUnit", { unit: timeUnit }),
    ...(rows.length > 0 ? ["", formatTable(roles, rows)] : []),
  ].join("\n");
}

/** The first dozen, each on its line, and how many more there are. */
function shown<T>(all: readonly T[], line: (one: T) => string): string[] {
  const lines = all.slice(0, MOST_SHOWN).map(line);
  return all.length > MOST_SHOWN ? [...lines, `  … and ${all.length - MOST_SHOWN} more`] : lines;
}
