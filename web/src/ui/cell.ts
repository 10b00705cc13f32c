import { useEffect, useState } from "preact/hooks";

/** A Cell is a value that components show and others change. */
export class Cell<T> {
  private readonly listeners = new Set<(value: T) => void>();
  constructor(private held: T) {}

  get value(): T {
    return this.held;
  }
  set value(next: T) {
    if (next === this.held) return;
    this.held = next;
    for (const listener of [...this.listeners]) listener(next);
  }
  /** Calls listener on every change, until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

export function useCell<T>(cell: Cell<T>): T {
  const [value, show] = useState(() => cell.value);
  useEffect(() => {
    show(() => cell.value);
    return cell.subscribe((next) => show(() => next));
  }, [cell]);
  return value;
}
