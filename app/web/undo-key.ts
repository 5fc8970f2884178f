import { useEffect } from "react";

/** Ctrl-Z and Cmd-Z take back the last change; in a field of text they stay the browser's own. */
export function useUndoKey(undo: () => void): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const { target } = event;
      const typing = target instanceof HTMLInputElement && !["checkbox", "range"].includes(target.type);
      if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      undo();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [undo]);
}
