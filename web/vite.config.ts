import { defineConfig } from "vitest/config";

export default defineConfig({
  // The page is served at …/v1/ of whatever address the API has, so it names its files from where it is.
  base: "./",
  build: {
    target: "es2022",
    // Everything is a file of its own: the page's policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { include: ["src/**/*.test.ts"] },
});
