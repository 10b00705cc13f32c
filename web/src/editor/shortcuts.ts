import { useEffect, useRef } from "preact/hooks";

export interface Shortcuts {
  save: () => void;
  undo: () => void;
  redo: () => void;
  /** Goes to a cue from where none is open. */
  open: () => void;
}

/** The editor's keys, wherever the focus is but in a dialog: a cue that is deleted or taken back takes the focus with it. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const s = latest.current;
      const key = event.key.toLowerCase();
      if (event.altKey && !event.ctrlKey && !event.metaKey && (key === "arrowdown" || key === "arrowup")) s.open();
      else if ((!event.ctrlKey && !event.metaKey) || event.altKey) return;
      else if (key === "s") s.save();
      else if (key === "z" && !event.shiftKey) s.undo();
      else if (key === "y" || (key === "z" && event.shiftKey)) s.redo();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", down);
    return () => document.removeEventListener("keydown", down);
  }, []);
}
