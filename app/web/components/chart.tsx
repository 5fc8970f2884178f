import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Direction } from "../items/groups.js";
import { useShownTheme } from "../settings.js";
import { listen } from "./chart-clicks.js";
import { baseLayout, themed } from "./chart-theme.js";
import { csvOf, type Sheet, saveImage, saveText } from "./export.js";

export type Trace = Readonly<Record<string, unknown>>;

interface ChartProps {
  readonly title: string;
  readonly data: readonly Trace[];
  readonly layout?: Readonly<Record<string, unknown>>;
  readonly height?: number;
  /** The same numbers as a table, for CSV and for those who cannot see the figure. */
  readonly sheet: Sheet;
  /** What a click on a point means: the point's customdata is given. */
  readonly onPick?: (custom: string) => void;
  /** What an arrow key means while the figure has the focus. */
  readonly onArrow?: (direction: Direction) => void;
  /** A choice that belongs to the figure, and a sentence below it. */
  readonly control?: ReactNode;
  readonly note?: ReactNode;
}

/** Nothing is uploaded anywhere: Plotly's share button stays away, and the page may connect to its own server only. */
const CONFIG = {
  displaylogo: false,
  displayModeBar: false,
  responsive: true,
  showSendToCloud: false,
  plotlyServerURL: "",
  showTips: false,
  doubleClick: "reset",
};

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

const load = () => import("plotly.js-basic-dist-min").then(({ default: plotly }) => plotly);

/** A figure that keeps its zoom while data arrives, follows the theme, and exports PNG, SVG and CSV. */
export function Chart({ title, data, layout = {}, height = 280, sheet, onPick, onArrow, control, note }: ChartProps) {
  const { t } = useTranslation();
  const theme = useShownTheme();
  const place = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  useEffect(() => {
    pick.current = onPick;
  });
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours of the page change with the theme
  const figure = useMemo(
    () => ({ data: themed(data), layout: { ...baseLayout(height), ...layout, uirevision: title } }),
    [data, layout, height, title, theme],
  );
  useEffect(() => {
    const element = place.current;
    if (!element || asTable) return;
    let gone = false;
    const frame = requestAnimationFrame(async () => {
      const plotly = await load();
      if (gone) return;
      await plotly.react(element, figure.data, figure.layout, CONFIG);
      if (!gone) listen(element, (custom) => pick.current?.(custom));
    });
    return () => {
      gone = true;
      cancelAnimationFrame(frame);
    };
  }, [figure, asTable]);
  useEffect(() => {
    const element = place.current;
    return () => {
      if (element) void load().then((plotly) => plotly.purge(element));
    };
  }, []);
  return (
    <section className="card chart" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <fieldset className="actions" aria-label={t("chart.export", { title })}>
          {(["png", "svg"] as const).map((format) => (
            <button
              key={format}
              type="button"
              className="button quiet tiny"
              onClick={() => saveImage(figure, title, format)}
            >
              {format.toUpperCase()}
            </button>
          ))}
          <button type="button" className="button quiet tiny" onClick={() => saveText(csvOf(sheet), title, "csv")}>
            CSV
          </button>
          <button
            type="button"
            className="button quiet tiny"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? t("chart.figure") : t("chart.table")}
          </button>
        </fieldset>
      </header>
      {control && <div className="control">{control}</div>}
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
        <section className="flush scroll" style={{ maxHeight: height }} tabIndex={0} aria-label={title}>
          <SheetTable sheet={sheet} />
        </section>
      ) : null}
      <figure aria-label={title} hidden={asTable}>
        <div ref={place} style={{ height }} {...(onArrow && arrowKeys(onArrow, t("chart.arrows", { title })))} />
      </figure>
      {note && <p className="note muted small">{note}</p>}
    </section>
  );
}

/** Makes a figure that is a map reachable by keyboard. */
function arrowKeys(onArrow: (direction: Direction) => void, label: string) {
  return {
    role: "application",
    tabIndex: 0,
    "aria-label": label,
    onKeyDown: (event: KeyboardEvent) => {
      const direction = ARROWS[event.key];
      if (!direction) return;
      event.preventDefault();
      onArrow(direction);
    },
  };
}

function SheetTable({ sheet: { header, rows } }: { readonly sheet: Sheet }) {
  return (
    <table>
      <thead>
        <tr>
          {header.map((name) => (
            <th key={name}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, 500).map((row) => (
          <tr key={row.join("\t")}>
            {row.map((cell, i) => (
              <td key={header[i]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
