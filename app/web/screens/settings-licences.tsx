import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api.js";
import { Card, Loaded } from "../components/parts.js";
import { useFormat } from "../format.js";

/** As `app/launch/licences.mjs` writes them. */
interface PackageLicence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Of a package whose code is in the page. */
  readonly text?: string;
}

/** Of this app and of everything that it is made of; the texts of what the page itself holds. */
export function Licences() {
  const { t } = useTranslation();
  const format = useFormat();
  const [shown, setShown] = useState(false);
  const licences = useQuery({
    queryKey: ["licences"],
    queryFn: async ({ signal }) => {
      const response = await fetch("/licences.json", { signal });
      if (!response.ok) throw new ApiError("NOT_FOUND", "The list of licences is not beside this page.");
      return (await response.json()) as PackageLicence[];
    },
    enabled: shown,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Card title={t("settings.licences")}>
      <p>{t("settings.ownLicence")}</p>
      <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>{t("settings.packages")}</summary>
        {shown && (
          <Loaded query={licences} lines={5}>
            {(all) => (
              <>
                <p className="muted small">{t("settings.packagesNote", { number: format.count(all.length) })}</p>
                <ul className="licences">
                  {all.map(({ name, version, licence, text }) => (
                    <li key={`${name} ${version}`}>
                      <span lang="en">
                        {name} {version}
                      </span>{" "}
                      <span className="muted">{licence}</span>
                      {text && (
                        <details>
                          <summary className="small">{t("settings.licenceText", { name })}</summary>
                          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
                          <pre lang="en" tabIndex={0}>
                            {text}
                          </pre>
                        </details>
                      )}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </Loaded>
        )}
      </details>
    </Card>
  );
}
