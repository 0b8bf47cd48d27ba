/** A state as a pill: an icon and words, never color alone. */

import { el } from "./dom.js";

const ICONS = { done: "✓", wait: "◔", act: "→", bad: "!", off: "○" };

/**
 * @param {"done"|"wait"|"act"|"bad"|"off"} tone what kind of state it is.
 * @param {string} words
 * @returns {HTMLElement}
 */
export function pill(tone, words) {
  const icon = el("span", { "aria-hidden": "true" }, ICONS[tone]);
  return el("span", { class: "pill", "data-tone": tone }, icon, words);
}
