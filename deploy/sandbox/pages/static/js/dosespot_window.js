/** DoseSpot over the whole page, and what happens when it is closed. */

import { el } from "./dom.js";
import { Opening } from "./opening.js";
import { COMMON } from "./words/common.js";
import { CHART } from "./words/patient.js";

export class DoseSpotWindow {
  /**
   * @param {Place} place
   * @param {function(): void} onClosed called whenever it was closed, however.
   */
  constructor(place, onClosed) {
    this.place = place;
    this.content = el("div", {});
    const onclick = () => this.node.close();
    const close = el("button", { type: "button", onclick }, CHART.closeDosespot);
    this.node = /** @type {HTMLDialogElement} */ (
      el(
        "dialog",
        { class: "dosespot", "aria-label": COMMON.dosespot, onclose: onClosed },
        el("article", {}, el("div", { class: "bar" }, close), this.content),
      )
    );
  }

  /** @param {Object|null} patient the Patient to prescribe for; none for the notifications. */
  open(patient) {
    const opening = new Opening(this.place, patient, () => this.open(null));
    this.content.replaceChildren(...opening.nodes);
    if (!this.node.open) {
      this.node.showModal();
    }
    opening.run();
  }
}
