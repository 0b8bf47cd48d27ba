/** One opening of ePrescribing: runs the bots in order, tells how it goes, shows DoseSpot. */

import { el, setBusy, whenFree } from "./dom.js";
import { ServerError, errorView } from "./errors.js";
import { LiveStatus } from "./live_status.js";
import { doseSpotId, nameOf } from "./people.js";
import { namingOf } from "./standings.js";
import { warningsView } from "./warnings.js";
import { COMMON } from "./words/common.js";
import { OPENING } from "./words/provider.js";

const SELF_ENROLL_BOT = "dosespot-self-enroll-prescriber-bot";
const PATIENT_SYNC_BOT = "dosespot-patient-sync-bot";
const IFRAME_BOT = "dosespot-iframe-bot";

/** One line of the progress list. */
class Step {
  constructor(label) {
    this.state = el("span", {});
    this.node = el("li", {}, OPENING.step(label), this.state);
    this.#show("waiting");
  }

  /** Runs the step's work and shows how it went; answers or throws what the work does. */
  async run(work) {
    this.#show("running");
    try {
      const answer = await work();
      this.#show("done");
      return answer;
    } catch (error) {
      this.#show("failed");
      throw error;
    }
  }

  /** @returns {Step} one that was done before. */
  static done(label) {
    const step = new Step(label);
    step.#show("done");
    return step;
  }

  /** Says of a step that never began that it will not. */
  close() {
    if (this.node.dataset.state === "waiting") {
      this.#show("skipped");
    }
  }

  #show(state) {
    this.node.dataset.state = state;
    this.state.replaceChildren(OPENING.states[state]);
  }
}

export class Opening {
  /**
   * @param {Place} place
   * @param {Object|null} patient the Patient, or none for the prescriber's notifications.
   * @param {function(): void} openNotifications opens DoseSpot without a patient.
   * @param {boolean} [saved] whether the prescriber's details were saved just before.
   */
  constructor(place, patient, openNotifications, saved = false) {
    Object.assign(this, { place, patient, openNotifications, saved });
    const heading = OPENING.heading(patient ? nameOf(patient) : "");
    this.heading = el("h2", { tabindex: "-1" }, heading);
    this.progress = el("ol", { class: "steps", "aria-live": "polite" });
    this.errors = el("div", { role: "alert" });
    this.enrollment = el("div", { class: "enrollment", "aria-live": "polite" });
    this.notes = el("div", { class: "notes", "aria-live": "polite" });
    this.frame = el("div", { class: "frame" });
    this.live = new LiveStatus(
      place,
      () => this.run(),
      () => this.enrollment.replaceChildren(),
    );
    this.again = el(
      "button",
      { type: "button", class: "quiet", onclick: whenFree(() => this.run()) },
      OPENING.again,
    );
    this.nodes = [
      this.heading,
      this.progress,
      this.errors,
      this.enrollment,
      this.live.node,
      this.notes,
      this.again,
      this.frame,
    ];
    this.busy = false;
  }

  /**
   * Opens DoseSpot, and does so anew when called again.
   *
   * @returns {Promise<boolean>} whether it is open.
   */
  async run() {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this.live.close();
    setBusy([this.again], true);
    const { patient } = this;
    const before = this.saved && Step.done(OPENING.saved);
    const enroll = new Step(OPENING.enroll);
    const sync = patient && new Step(OPENING.sync);
    const show = new Step(OPENING.show);
    const steps = [before, enroll, sync, show].filter(Boolean);
    this.progress.replaceChildren(...steps.map((step) => step.node));
    this.errors.replaceChildren();
    this.notes.replaceChildren();
    this.frame.replaceChildren();
    if ((await this.#enroll(enroll)) && (await this.#sync(sync))) {
      await this.#open(show);
    }
    this.place.refresh();
    steps.forEach((step) => step.close());
    this.saved = false;
    setBusy([this.again], false);
    this.busy = false;
    return this.frame.childElementCount > 0;
  }

  /** Answers whether DoseSpot can be opened: somebody who is enrolled already can always. */
  async #enroll(step) {
    try {
      this.#showEnrollment(await step.run(() => this.#execute(SELF_ENROLL_BOT)));
      return true;
    } catch (error) {
      this.enrollment.replaceChildren();
      this.errors.append(errorView(error, OPENING.enrollFailed));
    }
    try {
      return doseSpotId((await this.place.server.me()).membership) !== null;
    } catch {
      return false;
    }
  }

  #showEnrollment(answer) {
    const status = this.place.statuses.meaning(answer.registrationStatus);
    const steps = (answer.nextSteps ?? []).map((sentence) => el("li", {}, sentence));
    this.enrollment.replaceChildren(
      el("h3", {}, OPENING.whatNow),
      el("ul", {}, ...steps),
      el("p", {}, OPENING.status, el("strong", {}, status)),
      el(
        "p",
        {},
        OPENING.epcs,
        el("strong", {}, OPENING.epcsStates[answer.epcsEnabled === true]),
      ),
      warningsView(answer.warnings),
    );
  }

  async #sync(step) {
    if (!this.patient) {
      return true;
    }
    try {
      const answer = await step.run(() => this.#execute(PATIENT_SYNC_BOT));
      this.notes.replaceChildren(warningsView(answer.warnings));
      return true;
    } catch (error) {
      this.errors.append(
        errorView(error, OPENING.syncFailed(nameOf(this.patient))),
        el(
          "button",
          { type: "button", onclick: whenFree(() => this.openNotifications()) },
          OPENING.withoutPatient,
        ),
      );
      return false;
    }
  }

  async #open(step) {
    try {
      const src = await step.run(async () => webAddress((await this.#execute(IFRAME_BOT)).url));
      this.frame.replaceChildren(el("iframe", { title: COMMON.dosespot, src }));
      this.live.open();
    } catch (error) {
      this.errors.append(errorView(error, OPENING.showFailed));
    }
  }

  /** Runs a bot at the clinic; all but the one that enrolls are about the patient. */
  #execute(bot) {
    const isAboutPatient = this.patient !== null && bot !== SELF_ENROLL_BOT;
    const input = isAboutPatient ? { patientId: this.patient.id } : {};
    return this.place.server.execute(bot, { ...input, ...namingOf(this.place.clinic) });
  }
}

function webAddress(url) {
  if (!/^https?:\/\//i.test(url ?? "")) {
    throw new ServerError(OPENING.noAddress);
  }
  return url;
}
