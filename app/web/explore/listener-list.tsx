import { useVirtualizer } from "@tanstack/react-virtual";
import { Shuffle } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ListenerOrder } from "../../engine/protocol.js";
import { Opened } from "../components/opening.js";
import { Loaded, Notice, Tabs } from "../components/parts.js";
import { useFormat } from "../format.js";
import { useListeners } from "../queries.js";
import { useRested } from "./suggest.js";

const ORDERS: readonly ListenerOrder[] = ["heavy", "cold", "worst", "best", "random"];
const ROW = 46;

interface ListenerListProps {
  readonly run: string;
  readonly chosen: string | null;
  readonly onChoose: (user: string) => void;
}

/** Listeners by search and order. Only the rows in sight are drawn. */
export function ListenerList({ run, chosen, onChoose }: ListenerListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [order, setOrder] = useState<ListenerOrder>("heavy");
  const [search, setSearch] = useState("");
  const [seed, setSeed] = useState(1);
  const listeners = useListeners(run, order, useRested(search, 200), seed);
  const rows = listeners.data?.listeners ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const move = (by: number) => {
    const at = rows.findIndex(({ id }) => id === chosen);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    if (!next) return;
    onChoose(next.id);
    virtual.scrollToIndex(rows.indexOf(next));
  };
  const isRanking = listeners.isFetching && (order === "worst" || order === "best") && !listeners.data?.ranked;
  return (
    <section className="card column listeners" aria-label={t("explore.listeners")}>
      <div className="tools">
        <input
          className="input"
          type="search"
          placeholder={t("explore.search")}
          aria-label={t("explore.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Tabs
          label={t("explore.order")}
          value={order}
          onChange={(value) => {
            if (value === "random") setSeed(seed + 1);
            setOrder(value);
          }}
          options={ORDERS.map((each) => [each, t(`explore.orders.${each}`)])}
        />
        <p className="muted small">
          {isRanking ? t("explore.ranking") : t(`explore.ordersHelp.${order}`)}
          {order === "random" && <Shuffle size={12} aria-hidden />}
          {rows.some(({ hits, cases }) => hits !== null && cases) && (
            <>
              <br />
              {t("explore.hitsHelp")}
            </>
          )}
        </p>
      </div>
      {listeners.data?.note && <Notice tone="warn">{listeners.data.note}</Notice>}
      {(!listeners.data || listeners.error) && (
        <div className="padded">
          <Loaded query={listeners} waiting={<Opened run={run} lines={8} />}>
            {() => null}
          </Loaded>
        </div>
      )}
      <div
        ref={scroller}
        className="scroll"
        role="listbox"
        aria-label={t("explore.listeners")}
        tabIndex={0}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          move(by);
        }}
      >
        {listeners.data && (
          <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const listener = rows[index];
              return (
                <div
                  key={listener.id}
                  role="option"
                  tabIndex={-1}
                  aria-selected={listener.id === chosen}
                  className="listener"
                  style={{ height: ROW, transform: `translateY(${start}px)` }}
                  onClick={() => onChoose(listener.id)}
                  onKeyDown={(event) => event.key === "Enter" && onChoose(listener.id)}
                >
                  <bdi>{listener.id}</bdi>
                  <span className="muted small">
                    {t("explore.plays", { number: format.count(listener.plays) })}
                    {listener.hits !== null && listener.cases ? ` · ${listener.hits}/${listener.cases}` : ""}
                  </span>
                </div>
              );
            })}
          </div>
        )}
      </div>
      <p className="foot muted small">{t("explore.shown", { number: format.count(listeners.data?.total ?? 0) })}</p>
    </section>
  );
}
