import { useEffect } from "react";

/**
 * Ctrl-Z and Cmd-Z take back the last change; in a field of text they stay the browser's own.
 *
 * @param undo false where there was nothing to take back
 * @param inFields whether `undo` knows what is typed in fields, too
 */
export function useUndoKey(undo: () => unknown, inFields = false): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const { target } = event;
      const typing = target instanceof HTMLInputElement && !["checkbox", "range"].includes(target.type);
      if ((typing && !inFields) || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      if (undo() !== false) event.preventDefault();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [undo, inFields]);
}
