import { useLayoutEffect } from "preact/hooks";

/** Whether the page is left on purpose, as for a log-in: then nobody is asked again. */
let onPurpose = false;
export const leaveOnPurpose = () => (onPurpose = true);

/** Asks before the page is closed or reloaded, as long as there is something to lose. */
export function askBefore(event: BeforeUnloadEvent, unsaved: boolean): void {
  if (unsaved && !onPurpose) event.preventDefault();
}

/** The same for a component. And links to other views are told to onLink, and not followed. */
export function useLeaving(unsaved: boolean, onLink: (href: string) => void): void {
  // With the change itself, and not some moments after it.
  useLayoutEffect(() => {
    if (!unsaved) return;
    const unload = (event: BeforeUnloadEvent) => askBefore(event, true);
    const click = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#/"]') : null;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab leaves this one as it is
      event.preventDefault();
      onLink(link.getAttribute("href")!);
    };
    addEventListener("beforeunload", unload);
    document.addEventListener("click", click, true);
    return () => {
      removeEventListener("beforeunload", unload);
      document.removeEventListener("click", click, true);
    };
  }, [unsaved, onLink]);
}
