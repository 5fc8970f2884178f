import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { setToken } from "../api.js";

/** Shown where the tab has no token: an address was opened that the app did not print. */
export function Locked() {
  const { t } = useTranslation();
  const [token, change] = useState("");
  const open = (event: FormEvent) => {
    event.preventDefault();
    setToken(/[#&]t=([\w-]+)/.exec(token)?.[1] ?? token.trim());
    location.reload();
  };
  return (
    <main className="locked">
      <form className="card" onSubmit={open}>
        <img src="/icon.svg" width={40} height={40} alt="" />
        <h1>{t("locked.title")}</h1>
        <p className="muted">{t("locked.text")}</p>
        <label className="field">
          <span className="label">{t("locked.token")}</span>
          <input className="input" value={token} onChange={(event) => change(event.target.value)} autoComplete="off" />
        </label>
        <button type="submit" className="button primary" disabled={token.trim() === ""}>
          {t("locked.open")}
        </button>
      </form>
    </main>
  );
}
