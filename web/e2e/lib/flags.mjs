// How Chromium is started.

export const executablePath = "/usr/bin/chromium";

// As root, which tests often are, it has no sandbox. The others keep it from calling anybody but the stage.
export const flags = [
  ...(process.getuid() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];
