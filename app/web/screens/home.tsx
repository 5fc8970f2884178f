import { ArrowRight, Database, Play, UserRoundSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Card, Empty, Loaded, Notice, Page } from "../components/parts.js";
import { RunState as StateBadge } from "../components/run-state.js";
import { changeDraft } from "../draft.js";
import { useFormat } from "../format.js";
import { useRuns, useStatus } from "../queries.js";
import { go, href } from "../router.js";
import { openRun } from "../runs/shelf.js";

const RECENT = 6;

/** Where to begin, and the newest runs. */
export function Home() {
  const { t } = useTranslation();
  const format = useFormat();
  const runs = useRuns();
  const ready = runs.data?.find(({ state }) => state === "finished");
  const open = openRun(runs.data ?? []);
  const embedded = () => {
    changeDraft({ preset: "default", options: { data: { path: "jkpop" } } });
    go(href(["train"]));
  };
  return (
    <Page title={t("home.title")} lead={t("home.lead")}>
      {open && (
        <Notice
          title={t(open.state === "training" ? "home.training" : "home.unfinished", { name: open.name })}
          action={
            <a className="button" href={href(["runs", open.id])}>
              {t(open.state === "training" ? "home.watch" : "home.continue")}
            </a>
          }
        >
          {format.moment(open.startedAt)}
        </Notice>
      )}
      <div className="grid three">
        <a className="card start" href={href(["data"])}>
          <Database size={22} aria-hidden />
          <h2>{t("home.data")}</h2>
          <p className="muted">{t("home.dataHelp")}</p>
        </a>
        <button type="button" className="card start" onClick={embedded}>
          <Play size={22} aria-hidden />
          <h2>{t("home.train")}</h2>
          <p className="muted">{t("home.trainHelp")}</p>
        </button>
        <a className="card start" href={href(ready ? ["explore", ready.id] : ["explore"])}>
          <UserRoundSearch size={22} aria-hidden />
          <h2>{t("home.explore")}</h2>
          <p className="muted">{ready ? t("home.exploreHelp") : t("home.exploreLater")}</p>
        </a>
      </div>
      <Card title={t("home.recent")} aside={<a href={href(["runs"])}>{t("home.all")}</a>} flush>
        <Loaded query={runs}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t("home.none")} text={t("home.noneHelp")} />
            ) : (
              <ul className="rows">
                {all.slice(0, RECENT).map((run) => (
                  <li key={run.id}>
                    <a href={href(["runs", run.id])}>
                      <strong>{run.name}</strong>
                      <span className="muted small">{format.moment(run.startedAt)}</span>
                      <StateBadge state={run.state} />
                      <span className="number">
                        {run.test["HR@10"] === undefined ? "" : `HR@10 ${format.metric(run.test["HR@10"])}`}
                      </span>
                      <ArrowRight size={16} aria-hidden />
                    </a>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      <Reach />
    </Page>
  );
}

/** What the app reads, where it writes, and whom it asks. */
function Reach() {
  const { t } = useTranslation();
  const status = useStatus();
  return (
    <Card title={t("home.reach")}>
      <dl className="pairs small">
        <div>
          <dt>{t("home.reads")}</dt>
          <dd>{t("home.readsWhat")}</dd>
        </div>
        <div>
          <dt>{t("home.writes")}</dt>
          <dd>
            <code>{status.data?.runs ?? "…"}</code>
          </dd>
        </div>
        <div>
          <dt>{t("home.network")}</dt>
          <dd>{t("home.networkWhat")}</dd>
        </div>
      </dl>
    </Card>
  );
}
