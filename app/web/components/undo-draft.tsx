import { Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { undoDraft, useCanUndo } from "../draft.js";
import { useUndoKey } from "../undo-key.js";

/** Takes back the last change of the options, by button and by key. */
export function UndoDraft() {
  const { t } = useTranslation();
  useUndoKey(undoDraft, true);
  const can = useCanUndo();
  return (
    // Not disabled, and there all the time: else the last undo would take the focus away.
    <button type="button" className="button" aria-disabled={!can} onClick={undoDraft}>
      <Undo2 size={15} aria-hidden /> {t("explore.undo")} <kbd>Ctrl Z</kbd>
    </button>
  );
}
