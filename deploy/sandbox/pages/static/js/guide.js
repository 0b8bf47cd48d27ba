/** The steps of a prescriber's enrollment, and what to have at hand at each of them. */

import { el } from "./dom.js";
import { GUIDE } from "./words/provider.js";

/**
 * @param {string} current the step that somebody is at.
 * @returns {HTMLElement} all steps, with what to have at hand at the current one.
 */
export function guide(current) {
  const order = Object.keys(GUIDE.steps);
  const at = order.indexOf(current);
  const items = order.map((step, index) => {
    const [title, ...help] = GUIDE.steps[step];
    const finished = index < at || (step === "ready" && current === "ready");
    const state = finished ? "done" : index === at ? "current" : "later";
    const number = finished ? "✓" : String(index + 1);
    return el(
      "li",
      { "data-state": state, "aria-current": index === at ? "step" : null },
      el("span", { class: "step-number", "aria-hidden": "true" }, number),
      el("div", {}, el("strong", {}, title), ...(index === at ? help.map(helpNode) : [])),
    );
  });
  return el("ol", { class: "guide" }, ...items);
}

function helpNode(help) {
  return Array.isArray(help)
    ? el("ul", {}, ...help.map((each) => el("li", {}, each)))
    : el("p", { class: "soft" }, help);
}
