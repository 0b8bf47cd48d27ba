/** Modal windows: one thing is asked or shown, and everything else waits. */

import { el } from "./dom.js";
import { COMMON } from "./words/common.js";

let dialogs = 0;

/**
 * Opens a window, which is gone as soon as it is closed.
 *
 * @param {string} title
 * @param {function(function(): void): Array<Node|string>} content is given what closes the window.
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, content) {
  dialogs += 1;
  const id = `dialog-${dialogs}`;
  const heading = el("h2", { id }, title);
  const dialog = el("dialog", { class: "act", "aria-labelledby": id });
  const before = document.activeElement;
  dialog.append(el("article", {}, heading, ...content(() => dialog.close())));
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * @param {function(): void} close
 * @param {...HTMLElement} buttons the main one last.
 * @returns {HTMLElement} the bottom line of a window, with a way out.
 */
export function bottomLine(close, ...buttons) {
  const cancel = el("button", { type: "button", class: "quiet", onclick: close }, COMMON.cancel);
  return el("footer", {}, cancel, ...buttons);
}
