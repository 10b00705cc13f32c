import { useEffect, useRef } from "preact/hooks";
import { Cell, useCell } from "../ui/cell";
import { Dialog } from "../ui/dialog";

const remembered = "cuepipe.keys";
/** Whether single letters do something. WCAG 2.1.4 wants them to be turned off by whoever speaks to the machine. */
export const keysOn = new Cell(localStorage.getItem(remembered) !== "off");

export interface Keys {
  play: () => void;
  by: (seconds: number) => void;
  louder: (by: number) => void;
  captions: () => void;
  full: () => void;
  mute: () => void;
}

/** Whether a key belongs to what has the focus, and not to the film. */
function taken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, textarea, select, [contenteditable]")) return true;
  if (target instanceof HTMLInputElement) return target.type !== "range" || key.startsWith("Arrow");
  return key === " " && target.closest("button, a, summary") !== null;
}

export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || taken(event.target, event.key)) return;
      const k = latest.current;
      const letters: Record<string, () => void> = { k: k.play, c: k.captions, f: k.full, m: k.mute };
      const others: Record<string, () => void> = {
        " ": k.play,
        ArrowLeft: () => k.by(-5),
        ArrowRight: () => k.by(5),
        ArrowUp: () => k.louder(0.1),
        ArrowDown: () => k.louder(-0.1),
      };
      // Up and down scroll, unless the player has the focus.
      const inPlayer = event.target instanceof HTMLElement && event.target.closest(".player") !== null;
      if (/^Arrow(Up|Down)$/.test(event.key) && !inPlayer) return;
      const does = others[event.key] ?? (keysOn.value && !event.shiftKey ? letters[event.key.toLowerCase()] : undefined);
      if (!does) return;
      event.preventDefault();
      does();
    };
    document.addEventListener("keydown", down);
    return () => document.removeEventListener("keydown", down);
  }, []);
}

const list: [string, string][] = [
  ["Space or k", "Play, pause"],
  ["← and →", "5 seconds back, on"],
  ["↑ and ↓", "Louder, quieter (in the player)"],
  ["c", "Captions on, off"],
  ["f", "Full screen"],
  ["m", "Mute"],
  ["↑↓ Home End", "From line to line (in the captions)"],
];

const inEditor: [string, string][] = [
  ["Alt+↓ and Alt+↑", "Next cue, the one before"],
  ["Ctrl+Enter", "Play the open cue, or stop"],
  ["Ctrl+S", "Save"],
  ["Ctrl+Z, Ctrl+Y", "Undo, redo"],
  ["↑ and ↓", "Later, earlier (in a time)"],
];

const List = ({ keys }: { keys: [string, string][] }) => (
  <dl class="keys">
    {keys.map(([key, does]) => (
      <div key={key}>
        <dt>
          <kbd>{key}</kbd>
        </dt>
        <dd>{does}</dd>
      </div>
    ))}
  </dl>
);

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const on = useCell(keysOn);
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <List keys={list} />
      <h3>In the editor</h3>
      <List keys={inEditor} />
      <label class="check">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            keysOn.value = event.currentTarget.checked;
            localStorage.setItem(remembered, keysOn.value ? "on" : "off");
          }}
        />
        Single letters do something
      </label>
      <div class="actions end">
        <button type="button" class="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
