import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api.js";
import { errorText } from "../i18n/errors.js";
import { useSettings } from "../settings.js";

interface PageProps {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A screen with its title. */
export function Page({ title, lead, actions, wide, children }: PageProps) {
  return (
    <div className={wide ? "page wide" : "page"}>
      <div className="head">
        <div>
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

interface CardProps {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly flush?: boolean;
  readonly children: ReactNode;
}

export function Card({ title, aside, flush, children }: CardProps) {
  return (
    <section className="card">
      {(title || aside) && (
        <header>
          {title && <h2>{title}</h2>}
          {aside && <div className="actions">{aside}</div>}
        </header>
      )}
      {flush ? <Flush label={typeof title === "string" ? title : undefined}>{children}</Flush> : null}
      {!flush && <div className="body">{children}</div>}
    </section>
  );
}

/** What may be wider than its card. Only then it scrolls, and must be reachable by keyboard. */
function Flush({ label, children }: { readonly label: string | undefined; readonly children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const look = () => setScrolls(element.scrollWidth > element.clientWidth);
    const observer = new ResizeObserver(look);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  const reachable = scrolls ? { tabIndex: 0, role: "group", "aria-label": label } : {};
  return (
    <div ref={place} className="flush" {...reachable}>
      {children}
    </div>
  );
}

interface StatProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
}

/** Figures side by side. */
export function Stats({ items }: { readonly items: readonly StatProps[] }) {
  return (
    <dl className="grid stats">
      {items.map(({ label, value, note }) => (
        <div key={label} className="card stat">
          <dt>{label}</dt>
          <dd>
            {value}
            {note && <div className="note">{note}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export type Tone = "plain" | "accent" | "good" | "warn" | "bad";

export function Badge({ tone = "plain", children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

const ICONS = { bad: CircleAlert, warn: TriangleAlert, good: Info, plain: Info } as const;

interface NoticeProps {
  readonly tone?: keyof typeof ICONS;
  readonly title?: ReactNode;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

export function Notice({ tone = "plain", title, action, children }: NoticeProps) {
  const Icon = ICONS[tone];
  return (
    <div className={`notice ${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon size={18} aria-hidden />
      <div className="grow">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** What went wrong, the remedy, and another try. */
export function ErrorBox({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const { code, remedy } = error instanceof ApiError ? error : { code: "UNEXPECTED", remedy: null };
  const lost = code === "DISCONNECTED";
  const words = errorText(language, { code, remedy, message: (error as Error).message });
  return (
    <Notice
      tone="bad"
      title={lost ? t("state.disconnected") : words.title}
      action={
        retry && (
          <button type="button" className="button" onClick={retry}>
            {t("state.retry")}
          </button>
        )
      }
    >
      {lost ? t("state.disconnectedHelp") : words.remedy}
      {!lost && <div className="small muted">{words.exact ? `${code}: ${words.exact}` : code}</div>}
    </Notice>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly text?: string;
  readonly action?: ReactNode;
}

/** Nothing is here yet, and what to do about it. */
export function Empty({ title, text, action }: EmptyProps) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {action}
    </div>
  );
}

/** Grey lines in the place of what is being loaded. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="grid">
      <span className="visually-hidden">{t("state.loading")}</span>
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines that are all alike
        <div key={i} className="skeleton" style={{ width: `${92 - ((i * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

interface LoadedProps<T> {
  readonly query: { readonly data: T | undefined; readonly error: unknown; readonly refetch: () => unknown };
  readonly lines?: number;
  /** What stands there while nothing has come yet; grey lines where it is left out. */
  readonly waiting?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** Loading, error or content. What was loaded once stays, with the error above it. */
export function Loaded<T>({ query, lines, waiting, children }: LoadedProps<T>) {
  const { data, error, refetch } = query;
  return (
    <>
      {error !== null && error !== undefined && <ErrorBox error={error} retry={() => void refetch()} />}
      {data !== undefined ? children(data) : !error && (waiting ?? <Skeleton lines={lines ?? 4} />)}
    </>
  );
}

interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly onChange: (value: T) => void;
}

/** A choice of one among a few. */
export function Tabs<T extends string>({ label, value, options, onChange }: TabsProps<T>) {
  return (
    <fieldset className="tabs" aria-label={label}>
      {options.map(([each, text]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => onChange(each)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
