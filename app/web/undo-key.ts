import { useEffect } from "react";

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">;

/** Ctrl-Z or Cmd-Z; with Shift it means the contrary everywhere. */
export const isUndo = ({ key, ctrlKey, metaKey, shiftKey }: Key): boolean =>
  (ctrlKey || metaKey) && !shiftKey && key.toLowerCase() === "z";

/**
 * Ctrl-Z and Cmd-Z take back the last change; in a field of text, and in a dialog above the page, they stay the browser's own.
 *
 * @param undo false where there was nothing to take back
 * @param inFields whether `undo` knows what is typed in fields, too
 */
export function useUndoKey(undo: () => unknown, inFields = false): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const { target } = event;
      if (!isUndo(event) || (target instanceof Element && target.closest("dialog"))) return;
      const typing = target instanceof HTMLInputElement && !["checkbox", "range"].includes(target.type);
      if ((inFields || !typing) && undo() !== false) event.preventDefault();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [undo, inFields]);
}
