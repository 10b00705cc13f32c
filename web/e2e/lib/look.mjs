// Looks at a view as people do who see it in other ways: by day and by night, on a desk and on a telephone, by the rules for
// accessible pages, and by the Tab key alone.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { screenshots } from "./stage.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const desk = { width: 1280, height: 900 };
const telephone = { width: 360, height: 740 };

/** Holds a view to the rules in every look, and leaves a picture of each. */
export async function look({ page }, name) {
  await mkdir(screenshots, { recursive: true });
  const wrong = [];
  for (const size of [desk, telephone]) {
    await page.setViewportSize(size);
    // What is not in the window may not be drawn, so the window is as high as the view; a dialog has one of the usual height.
    const height = await page.evaluate(() => (document.querySelector("dialog[open]") ? 0 : document.documentElement.scrollHeight));
    await page.setViewportSize({ ...size, height: Math.min(4000, Math.max(size.height, height)) });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const which = `${name}-${colorScheme}-${size.width}`;
      await page.screenshot({ path: join(screenshots, `${which}.png`) });
      // The other rules do not look at colours.
      wrong.push(...(await broken(page, colorScheme === "dark" ? ["color-contrast"] : undefined)).map((text) => `${which}: ${text}`));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) wrong.push(`${which}: it is ${wide} pixels too wide`);
    }
  }
  await page.setViewportSize(desk);
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(wrong, []);
}

/** What axe-core finds in the page as it is, by all rules or by these. It is put in as a debugger does, where the page's policy does not hold. */
export async function broken(page, only) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const runOnly = only ? { type: "rule", values: only } : { type: "tag", values: rules };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(options), { runOnly, resultTypes: ["violations"] });
  return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary}`).join("; ")}`);
}

/**
 * Walks through the view with the Tab key, from its beginning to its end. Everything that can be worked must be reached, and
 * must show that it has the focus.
 */
export async function walk({ page }) {
  const all = await page.evaluate(() => {
    const within = document.querySelector("dialog[open]") ?? document.body;
    const works = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.disabled && e.type !== "hidden";
    const list = [...within.querySelectorAll(works)].filter(seen);
    list.forEach((e, i) => (e.dataset.walk = String(i)));
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
    return list.map((e) => e.getAttribute("aria-label") ?? (e.textContent.trim() || e.outerHTML.slice(0, 80)));
  });
  const reached = [];
  const hidden = [];
  for (let presses = 0; presses < all.length + 20; presses++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      const outlined = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
      // A search field is outlined with what stands around it.
      const shown = [e, e.closest("form")].some((x) => x !== null && outlined(getComputedStyle(x)));
      return { walk: e.dataset?.walk, shown };
    });
    if (at.walk === undefined) continue; // the browser's own, or what scrolls
    const i = Number(at.walk);
    if (reached.includes(i)) break;
    reached.push(i);
    if (!at.shown) hidden.push(all[i]);
  }
  assert.deepEqual(all.filter((_, i) => !reached.includes(i)), [], "the Tab key does not reach these");
  assert.deepEqual(hidden, [], "these do not show that they have the focus");
  return reached.map((i) => all[i]);
}
