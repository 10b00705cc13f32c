import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** An error as the service told it, with what can be done. */
export const ErrorNote = ({ text, onRetry, children }: { text: string; onRetry?: () => void; children?: ComponentChildren }) => (
  <div class="note error" role="alert">
    <p>{text}</p>
    {onRetry && (
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    )}
    {children}
  </div>
);

/** A view's heading. It takes the focus when the view comes, so that a screen reader begins there. */
export function Heading({ children, focused = true }: { children: string; focused?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focused) heading.current?.focus({ preventScroll: true });
  }, [focused]);
  useEffect(() => {
    document.title = `${children} – Cuepipe`;
  }, [children]);
  return (
    <h1 ref={heading} tabIndex={-1} dir="auto">
      {children}
    </h1>
  );
}

/** A text with what was found in it marked; marks count in Unicode code points. */
export function Marked({ text, marks = [] }: { text: string; marks?: [number, number][] }) {
  const points = [...text];
  const pieces: ComponentChildren[] = [];
  let at = 0;
  for (const [first, end] of marks) {
    if (first < at || end <= first) continue;
    pieces.push(points.slice(at, first).join(""), <mark>{points.slice(first, end).join("")}</mark>);
    at = end;
  }
  return (
    <>
      {pieces}
      {points.slice(at).join("")}
    </>
  );
}
