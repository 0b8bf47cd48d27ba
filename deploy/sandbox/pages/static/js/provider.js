/** The provider page: complete one's details, connect to DoseSpot step by step, and open it. */

import { runAtClinic } from "./clinic_choice.js";
import { DETAILS_BOT, DetailsForm } from "./details_form.js";
import { openDialog } from "./dialogs.js";
import { el, setBusy, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { guide } from "./guide.js";
import { Opening } from "./opening.js";
import { patientSearch } from "./patient_search.js";
import { COMMON } from "./words/common.js";
import { DETAILS } from "./words/details.js";
import { PROVIDER } from "./words/provider.js";

class ProviderPage {
  /**
   * @param {Place} place
   * @param {boolean} connected whether the prescriber is connected there.
   */
  constructor(place, connected) {
    this.place = place;
    this.server = place.server;
    this.opening = null;
    this.work = el("section", { class: "work panel", "aria-label": COMMON.dosespot });
    this.steps = el("div", {}, connected ? "" : guide("connect"));
    this.acts = el("div", { class: "tools" });
    this.main = el("button", { type: "button", onclick: () => this.open(null) }, PROVIDER.open);
    this.details = el(
      "button",
      { type: "button", class: "quiet", onclick: whenFree(() => this.#changeDetails()) },
      DETAILS.title,
    );
    if (connected) {
      this.work.append(el("p", {}, PROVIDER.toGoOn));
      this.acts.append(this.main, this.details);
    } else {
      this.#begin();
    }
  }

  get nodes() {
    const { server, work, steps, acts } = this;
    const enrollment = panel("enrollment", PROVIDER.enrollment, steps, acts);
    const found = patientSearch(server, PROVIDER.openFor, (patient) => this.open(patient));
    const patients = panel("patients", PROVIDER.patients, ...found);
    return [
      el("div", { class: "columns provider" }, enrollment, work, patients),
    ];
  }

  /**
   * Opens DoseSpot, which connects to it where somebody is not connected yet.
   *
   * @param {Object|null} patient
   * @param {{saved: boolean}} [before] whether the details were saved just now.
   */
  async open(patient, { saved = false } = {}) {
    if (this.opening?.busy) {
      return;
    }
    const { place, steps } = this;
    const opening = new Opening(place, patient, () => this.open(null), saved);
    this.opening = opening;
    this.work.replaceChildren(...opening.nodes);
    opening.live.steps.replaceChildren(...steps.childNodes);
    steps.replaceChildren(opening.live.steps);
    opening.heading.focus({ preventScroll: true });
    opening.heading.scrollIntoView();
    if (!this.main.isConnected) {
      this.main.replaceChildren(PROVIDER.connect);
      this.acts.replaceChildren(this.main, this.details);
    }
    if (await opening.run()) {
      this.main.replaceChildren(PROVIDER.open);
    }
  }

  /** Shows the form to somebody who is not connected; without it, the act alone. */
  async #begin() {
    const hint = el("p", {}, PROVIDER.toBegin);
    this.work.replaceChildren(el("p", { class: "soft" }, COMMON.loading));
    try {
      const known = await this.server.execute(DETAILS_BOT, {});
      const shown = { act: PROVIDER.connect, note: DETAILS.note };
      const form = new DetailsForm(this.server, known, shown, () => this.open(null, { saved: true }));
      this.#showUnlessOpened(el("h2", {}, PROVIDER.connectHeading), hint, form.node);
    } catch (error) {
      const known = error.status === 404 ? "" : errorView(error, DETAILS.notShown);
      this.#showUnlessOpened(hint, known);
      this.main.replaceChildren(PROVIDER.connect);
      this.acts.replaceChildren(this.main);
    }
  }

  #showUnlessOpened(...nodes) {
    if (this.opening === null) {
      this.work.replaceChildren(...nodes);
    }
  }

  async #changeDetails() {
    setBusy([this.details], true);
    const [known, error] = await this.server.execute(DETAILS_BOT, {}).then(
      (answer) => [answer, null],
      (failed) => [null, failed],
    );
    setBusy([this.details], false);
    openDialog(DETAILS.title, (close) => {
      const cancel = el("button", { type: "button", class: "quiet", onclick: close }, COMMON.close);
      if (error) {
        return [errorView(error, DETAILS.notShown), cancel];
      }
      const shown = { act: DETAILS.save, note: DETAILS.noteAfterwards, more: [cancel] };
      const form = new DetailsForm(this.server, known, shown, () => {
        close();
        this.open(this.opening?.patient ?? null, { saved: true });
      });
      return [form.node];
    });
  }
}

function panel(id, title, ...nodes) {
  return el(
    "section",
    { class: "panel", "aria-labelledby": id },
    el("h2", { id }, title),
    ...nodes,
  );
}

runAtClinic(PROVIDER.title, (place, connected) => new ProviderPage(place, connected).nodes);
