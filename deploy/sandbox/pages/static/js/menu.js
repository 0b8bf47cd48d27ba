/** A button that opens a list of further actions. */

import { el } from "./dom.js";

/**
 * @param {string} label of the button, for screen readers.
 * @param {Array<[string, function(): void]>} items names and what they do.
 * @returns {HTMLElement}
 */
export function menu(label, items) {
  const toggle = el("button", { type: "button", "aria-label": label, "aria-expanded": "false" }, "⋯");
  const list = el("ul", { hidden: true });
  const node = el("div", { class: "menu" }, toggle, list);

  function show(open) {
    list.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
  }

  const choose = (act) => () => {
    show(false);
    toggle.focus();
    act();
  };
  list.append(
    ...items.map(([name, act]) =>
      el("li", {}, el("button", { type: "button", onclick: choose(act) }, name)),
    ),
  );
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
