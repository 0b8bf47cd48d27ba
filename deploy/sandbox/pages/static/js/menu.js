/** A button that opens a list of further actions. */

import { el } from "./dom.js";

/**
 * @param {string} label of the button, for screen readers.
 * @param {function(): Array<[string, function(): void]>} items gives names and what they do, each
 *   time that the list is opened.
 * @returns {HTMLElement}
 */
export function menu(label, items) {
  const toggle = el("button", { type: "button", "aria-label": label, "aria-expanded": "false" }, "⋯");
  const list = el("ul", { hidden: true });
  const node = el("div", { class: "menu" }, toggle, list);

  const choose = (act) => () => {
    show(false);
    toggle.focus();
    act();
  };

  function show(open) {
    const shown = open ? items() : [];
    list.replaceChildren(
      ...shown.map(([name, act]) =>
        el("li", {}, el("button", { type: "button", onclick: choose(act) }, name)),
      ),
    );
    list.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
  }

  toggle.addEventListener("click", () => show(list.hidden));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      show(false);
      toggle.focus();
    }
  });
  node.addEventListener("focusout", ({ relatedTarget }) => {
    if (!node.contains(relatedTarget)) {
      show(false);
    }
  });
  return node;
}
