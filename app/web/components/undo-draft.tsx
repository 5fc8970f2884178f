import { Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { undoDraft, useCanUndo } from "../draft.js";
import { useUndoKey } from "../undo-key.js";

/** Takes back the last change of the options, by button and by key. */
export function UndoDraft() {
  const { t } = useTranslation();
  useUndoKey(undoDraft, true);
  if (!useCanUndo()) return null;
  return (
    <button type="button" className="button" onClick={undoDraft}>
      <Undo2 size={15} aria-hidden /> {t("explore.undo")} <kbd>Ctrl Z</kbd>
    </button>
  );
}
