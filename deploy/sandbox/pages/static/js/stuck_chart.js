/** Where people are stuck: a bar for each state, the ones that wait for somebody first. */

import { el } from "./dom.js";
import { pill } from "./pills.js";
import { ADMINISTRATOR } from "./words/administrator.js";

const ORDER = ["bad", "act", "wait", "off", "done"];
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Array<Standing>} standings
 * @param {string} chosen the state that the table is filtered for; empty for none.
 * @param {function(string): void} onChoose is given the state that is chosen, or empty.
 * @returns {HTMLElement}
 */
export function stuckChart(standings, chosen, onChoose) {
  const groups = [...Map.groupBy(standings, ({ guidance }) => guidance.meaning).values()];
  const most = Math.max(1, ...groups.map((group) => group.length));
  const rank = (group) => ORDER.indexOf(group[0].guidance.tone);
  groups.sort((a, b) => rank(a) - rank(b) || b.length - a.length);
  const items = groups.map((group) => {
    const { meaning, tone } = group[0].guidance;
    const pressed = meaning === chosen;
    const attributes = {
      type: "button",
      class: "quiet",
      "aria-pressed": String(pressed),
      title: pressed ? ADMINISTRATOR.showAll : ADMINISTRATOR.showOnlyThese,
      onclick: () => onChoose(pressed ? "" : meaning),
    };
    const parts = [pill(tone, meaning), bar(group.length / most), el("b", {}, String(group.length))];
    return el("li", {}, el("button", attributes, ...parts));
  });
  return el("ul", { class: "chart-of-states" }, ...items);
}

/** A bar as a drawing, which needs no inline style. */
function bar(share) {
  const drawing = document.createElementNS(SVG, "svg");
  const attributes = { class: "bar", "aria-hidden": "true", preserveAspectRatio: "none" };
  Object.entries(attributes).forEach(([name, value]) => drawing.setAttribute(name, value));
  [1, share].forEach((width) => {
    const rect = document.createElementNS(SVG, "rect");
    const size = { width: `${100 * width}%`, height: "100%", rx: "4" };
    Object.entries(size).forEach(([name, value]) => rect.setAttribute(name, value));
    drawing.append(rect);
  });
  return drawing;
}
