import { useTranslation } from "react-i18next";
import { Card, Loaded, Page, Tabs } from "../components/parts.js";
import { TERMS } from "../i18n/glossary.js";
import { useStatus } from "../queries.js";
import { changeSettings, useSettings } from "../settings.js";
import { EngineCard } from "./settings-engine.js";
import { Licences } from "./settings-licences.js";

const KEYS = [
  ["Ctrl K", "search"],
  ["↑ ↓", "list"],
  ["← → ↑ ↓", "map"],
  ["Ctrl Z", "undo"],
  ["Tab", "next"],
  ["Esc", "close"],
] as const;

/** Language, theme, shortcuts, words of the field, and what the app may touch. */
export function Settings() {
  const { t } = useTranslation();
  const { theme, language } = useSettings();
  const status = useStatus();
  return (
    <Page title={t("nav.settings")}>
      <div className="grid two">
        <Card title={t("settings.look")}>
          <div className="grid">
            <div className="field">
              <span className="label">{t("settings.language")}</span>
              <Tabs
                label={t("settings.language")}
                value={language}
                onChange={(next) => changeSettings({ language: next })}
                options={[
                  ["en", "English"],
                  ["zh", "简体中文"],
                ]}
              />
            </div>
            <div className="field">
              <span className="label">{t("settings.theme")}</span>
              <Tabs
                label={t("settings.theme")}
                value={theme}
                onChange={(next) => changeSettings({ theme: next })}
                options={(["system", "light", "dark"] as const).map((each) => [each, t(`settings.themes.${each}`)])}
              />
            </div>
          </div>
        </Card>
        <Card title={t("settings.keys")}>
          <dl className="pairs">
            {KEYS.map(([key, name]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{t(`settings.key.${name}`)}</dd>
              </div>
            ))}
          </dl>
        </Card>
      </div>
      <EngineCard />
      <Card title={t("settings.about")}>
        <Loaded query={status}>
          {({ version, node, platform, runs, uploads, datasets }) => (
            <dl className="pairs">
              {[
                [t("settings.version"), `${version} · Node ${node} · ${platform}`],
                [t("settings.runs"), runs],
                [t("settings.uploads"), uploads],
                [t("settings.datasets"), datasets],
              ].map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <code>{value}</code>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </Loaded>
        <p className="muted small">{t("settings.private")}</p>
      </Card>
      <Licences />
      <Card title={t("settings.glossary")}>
        <dl className="glossary">
          {TERMS.map(([term, english, chinese]) => (
            <div key={term[0]}>
              <dt>
                {language === "zh" && `${term[1]} `}
                <span lang="en">{term[0]}</span>
              </dt>
              <dd>{language === "zh" ? chinese : english}</dd>
            </div>
          ))}
        </dl>
      </Card>
    </Page>
  );
}
