import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuns } from "../queries.js";
import { go, href } from "../router.js";

const SCREENS = ["home", "data", "train", "runs", "explore", "items", "evaluate", "compare", "settings"];
const SHOWN = 12;

interface Target {
  readonly address: string;
  readonly text: string;
  readonly kind: string;
}

/** Ctrl-K: every screen and run by a few letters. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const runs = useRuns().data ?? [];
  const dialog = useRef<HTMLDialogElement>(null);
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  const all: Target[] = [
    ...SCREENS.map((name) => ({
      address: href(name === "home" ? [] : [name]),
      text: t(`nav.${name}`),
      kind: t("palette.screen"),
    })),
    ...runs.map(({ id }) => ({ address: href(["runs", id]), text: id, kind: t("palette.run") })),
  ];
  const found = all.filter(({ text }) => text.toLowerCase().includes(wanted.trim().toLowerCase())).slice(0, SHOWN);
  const choose = (target: Target | undefined) => {
    if (!target) return;
    go(target.address);
    onClose();
  };
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => setAt((at + 1) % Math.max(1, found.length)),
    ArrowUp: () => setAt((at - 1 + found.length) % Math.max(1, found.length)),
    Enter: () => choose(found[at]),
  };
  return (
    <dialog ref={dialog} className="palette" onClose={onClose} aria-label={t("nav.search")}>
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${at}` : undefined}
        aria-label={t("palette.placeholder")}
        placeholder={t("palette.placeholder")}
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const move = moves[event.key];
          if (!move) return;
          event.preventDefault();
          move();
        }}
      />
      <div role="listbox" id="palette-list" aria-label={t("nav.search")}>
        {found.map((target, i) => (
          <div
            key={target.address}
            id={`palette-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            onClick={() => choose(target)}
            onKeyDown={(event) => event.key === "Enter" && choose(target)}
          >
            {target.text}
            <span className="muted small">{target.kind}</span>
          </div>
        ))}
        {found.length === 0 && <p className="muted">{t("palette.none")}</p>}
      </div>
    </dialog>
  );
}
