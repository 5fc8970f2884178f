import {
  Activity,
  ChartNoAxesColumn,
  Columns2,
  Database,
  House,
  Orbit,
  Play,
  Settings2,
  UserRoundSearch,
} from "lucide-react";
import { type ComponentType, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Locked } from "./components/locked.js";
import { Palette } from "./components/palette.js";
import { Empty } from "./components/parts.js";
import { useRuns, useStatus } from "./queries.js";
import { href, useRoute } from "./router.js";
import { Compare } from "./screens/compare.js";
import { Data } from "./screens/data.js";
import { Evaluate } from "./screens/evaluate.js";
import { Explore } from "./screens/explore.js";
import { Home } from "./screens/home.js";
import { Items } from "./screens/items.js";
import { Run } from "./screens/run.js";
import { Runs } from "./screens/runs.js";
import { Settings } from "./screens/settings.js";
import { Train } from "./screens/train.js";
import { useConnection } from "./stream.js";

interface Place {
  readonly name: string;
  readonly icon: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  readonly screen: ComponentType;
}

/** Every screen, in the order of the navigation. The first part of an address names one. */
export const PLACES: readonly Place[] = [
  { name: "home", icon: House, screen: Home },
  { name: "data", icon: Database, screen: Data },
  { name: "train", icon: Play, screen: Train },
  { name: "runs", icon: Activity, screen: RunsOrRun },
  { name: "explore", icon: UserRoundSearch, screen: Explore },
  { name: "items", icon: Orbit, screen: Items },
  { name: "evaluate", icon: ChartNoAxesColumn, screen: Evaluate },
  { name: "compare", icon: Columns2, screen: Compare },
  { name: "settings", icon: Settings2, screen: Settings },
];

function RunsOrRun() {
  const { parts } = useRoute();
  return parts[1] ? <Run key={parts[1]} id={parts[1]} /> : <Runs />;
}

/** The frame around every screen. */
export function Shell() {
  const { t } = useTranslation();
  const { parts } = useRoute();
  const name = parts[0] ?? "home";
  const place = PLACES.find((each) => each.name === name);
  const status = useStatus();
  const live = useRuns().data?.some(({ jobId }) => jobId !== null);
  const main = useRef<HTMLElement>(null);
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    document.title = place ? `${t(`nav.${place.name}`)} · Refrain` : "Refrain";
    main.current?.scrollTo(0, 0);
  }, [place, t]);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching(true);
      }
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  if (status.error && "code" in status.error && status.error.code === "TOKEN_WRONG") return <Locked />;
  return (
    <div className="shell">
      <nav className="side" aria-label={t("nav.label")}>
        <a className="brand" href={href([])} aria-label="Refrain">
          <img src="/icon.svg" width={26} height={26} alt="" />
          <span className="text">Refrain</span>
        </a>
        {PLACES.map(({ name: each, icon: Icon }) => (
          <a
            key={each}
            className="item"
            href={href(each === "home" ? [] : [each])}
            aria-current={each === name ? "page" : undefined}
            title={t(`nav.${each}`)}
          >
            <Icon size={17} aria-hidden />
            <span className="text">{t(`nav.${each}`)}</span>
            {each === "runs" && live && <span className="dot" title={t("nav.live")} />}
          </a>
        ))}
        <p className="foot">
          {t("nav.local")}
          <br />
          <kbd>Ctrl</kbd> <kbd>K</kbd> {t("nav.search")}
        </p>
      </nav>
      <main ref={main} tabIndex={-1}>
        <Disconnected />
        {place ? (
          <place.screen />
        ) : (
          <Empty title={t("state.noPage")} action={<a href={href([])}>{t("state.toHome")}</a>} />
        )}
      </main>
      {searching && <Palette onClose={() => setSearching(false)} />}
    </div>
  );
}

function Disconnected() {
  const { t } = useTranslation();
  const lost = useConnection() === "lost";
  return (
    <div role="status" className={lost ? "banner" : undefined}>
      {lost ? t("state.reconnecting") : null}
    </div>
  );
}
