import type { JSX } from "preact";

const paths = {
  play: "M8 5.5v13l11-6.5z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  upload: "M12 3l5 5.2-1.5 1.4L13 7v9h-2V7L8.500 9.600 7 8.200zM4 18h16v2.500H4z",
  retry: "M12 5a7 7 0 1 1-6.700 9h2.100A5 5 0 1 0 12 7v3L7 6l5-4z",
  close: "M6.400 5L12 10.600 17.600 5 19 6.400 13.400 12 19 17.600 17.600 19 12 13.400 6.400 19 5 17.600 10.600 12 5 6.400z",
  sound: "M4 9v6h4l5 4.500v-15L8 9zM15.500 8.500a5 5 0 0 1 0 7v-7z",
  muted: "M4 9v6h4l5 4.500v-15L8 9zM16 9l1.400-1.400L22 12.200 20.600 13.600zM20.600 7.600L22 9l-4.600 4.600L16 12.200z",
  full: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
  search: "M10.500 4a6.500 6.500 0 0 1 5.200 10.400l4.400 4.400-1.400 1.400-4.400-4.400A6.500 6.500 0 1 1 10.500 4zm0 2a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9z",
  back: "M11 5l1.500 1.500L8 11h12v2H8l4.500 4.500L11 19l-7-7z",
  download: "M11 3h2v9l2.500-2.600L17 10.800l-5 5.200-5-5.200 1.500-1.400L11 12zM4 18h16v2.500H4z",
  trash: "M9 3h6l1 2h4v2H4V5h4zM6 9h12l-1 12H7z",
  edit: "M4 16.500V20h3.500L18 9.500 14.500 6zM15.800 4.700l3.500 3.500 1-1a1.500 1.500 0 0 0 0-2l-1.500-1.500a1.500 1.500 0 0 0-2 0z",
  undo: "M8 5v3.500h6a5 5 0 0 1 0 10H8v-2h6a3 3 0 0 0 0-6H8V14L3.500 9.500z",
  redo: "M16 5v3.500h-6a5 5 0 0 0 0 10h6v-2h-6a3 3 0 0 1 0-6h6V14l4.500-4.500z",
  film: "M4 5h16v14H4zm2 2v2h2V7zm0 4v2h2v-2zm0 4v2h2v-2zm10-8v2h2V7zm0 4v2h2v-2zm0 4v2h2v-2zM10 7v4h4V7zm0 6v4h4v-4z",
  history: "M12 4a8 8 0 1 1-7.700 10h2.100A6 6 0 1 0 6.800 9H10v2H3.500V4.500h2V7A8 8 0 0 1 12 4zm-1 4h2v4.500l3 2-1 1.600-4-2.600z",
  loop: "M7 6h9V3l5 4-5 4V8H8v4H6V7zM17 18H8v3l-5-4 5-4v3h8v-4h2v5z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
};

/** A picture beside or instead of a text; what it means is said by its button. */
export const Icon = ({ name, ...rest }: { name: keyof typeof paths } & JSX.SVGAttributes<SVGSVGElement>) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" {...rest}>
    <path fill="currentColor" fill-rule="evenodd" d={paths[name]} />
  </svg>
);
