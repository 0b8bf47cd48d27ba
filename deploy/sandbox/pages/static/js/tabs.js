/** Tabs as WAI-ARIA has them: arrow keys move among them, one panel is shown. */

import { el } from "./dom.js";

let count = 0;

export class Tabs {
  /**
   * @param {string} label names the list of tabs.
   * @param {Array<string>} titles
   */
  constructor(label, titles) {
    count += 1;
    this.tabs = titles.map((title, index) => this.#tab(title, index));
    this.panels = titles.map((_, index) =>
      el("div", {
        role: "tabpanel",
        id: `panel-${count}-${index}`,
        "aria-labelledby": `tab-${count}-${index}`,
        tabindex: "0",
      }),
    );
    this.node = el(
      "div",
      { class: "tabs" },
      el("div", { role: "tablist", "aria-label": label, onkeydown: (event) => this.#move(event) },
        ...this.tabs),
      ...this.panels,
    );
    this.titles = titles;
    this.#choose(0);
  }

  /**
   * Fills one tab's panel.
   *
   * @param {number} index
   * @param {Array<Node>} items each an entry of the list; their number is shown with the title.
   * @param {string} empty what is said where there are none.
   */
  fill(index, items, empty) {
    this.tabs[index].replaceChildren(
      `${this.titles[index]} `,
      el("span", { class: "number" }, `(${items.length})`),
    );
    this.panels[index].replaceChildren(...(items.length ? items : [el("p", {}, empty)]));
  }

  /**
   * Lets the panels be filled anew; who was in one of them is not thrown out of the tabs.
   *
   * @param {function(): void} fill
   */
  keepingFocus(fill) {
    const wasHere = this.node.contains(document.activeElement);
    fill();
    if (wasHere && !this.node.contains(document.activeElement)) {
      this.panels[this.chosen].focus();
    }
  }

  #tab(title, index) {
    const panel = `panel-${count}-${index}`;
    return el(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${count}-${index}`,
        "aria-controls": panel,
        onclick: () => this.#choose(index),
      },
      title,
    );
  }

  #choose(chosen) {
    this.chosen = chosen;
    this.tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.setAttribute("tabindex", index === chosen ? "0" : "-1");
      this.panels[index].hidden = index !== chosen;
    });
  }

  #move(event) {
    const last = this.tabs.length - 1;
    const to = {
      ArrowRight: this.chosen === last ? 0 : this.chosen + 1,
      ArrowLeft: this.chosen === 0 ? last : this.chosen - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.#choose(to);
      this.tabs[to].focus();
    }
  }
}
