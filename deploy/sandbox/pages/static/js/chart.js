/** A patient's medications and pharmacies, as they stand in the chart. */

import { el, setBusy, whenFree } from "./dom.js";
import { DoseSpotWindow } from "./dosespot_window.js";
import { errorView } from "./errors.js";
import { nameOf } from "./people.js";
import { pharmacyPanel } from "./pharmacies.js";
import { cardOf, requestCard } from "./prescription_card.js";
import { isInactive, isRequest } from "./prescriptions.js";
import { Registration } from "./registration.js";
import { isGivenAt, namingOf } from "./standings.js";
import { Tabs } from "./tabs.js";
import { CHART } from "./words/patient.js";

const PRESCRIPTIONS_BOT = "dosespot-prescriptions-sync-bot";
const SELF_REPORTED_BOT = "dosespot-self-reported-medications-sync-bot";
const PATIENT_ID = /^https?:\/\/dosespot\.com\/patient-id$/;
const DAYS_BACK = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

export class Chart {
  /**
   * @param {Place} place
   * @param {Object} patient the Patient.
   */
  constructor(place, patient) {
    const { server, clinic } = place;
    Object.assign(this, { server, clinic, patient });
    this.tabs = new Tabs(CHART.title, CHART.tabs);
    this.pharmacies = el("section", { class: "pharmacies", "aria-labelledby": "pharmacies" });
    this.messages = el("div", { role: "alert" });
    this.state = el("p", { role: "status", class: "count" });
    this.window = new DoseSpotWindow(place, () => this.update());
    this.registration = new Registration(server, (saved) => this.#prescribe(saved));
    this.refresh = el(
      "button",
      { type: "button", class: "outline", onclick: whenFree(() => this.update()) },
      CHART.update,
    );
    this.heading = el("h2", { tabindex: "-1" }, nameOf(patient));
    this.nodes = [
      this.heading,
      el("p", {}, patient.birthDate ? CHART.born(patient.birthDate) : ""),
      el(
        "div",
        { class: "tools" },
        el("button", { type: "button", onclick: () => this.#request() }, CHART.request),
        this.refresh,
      ),
      this.messages,
      this.state,
      el("div", { class: "chart" }, this.tabs.node, this.pharmacies),
      this.window.node,
      this.registration.node,
    ];
  }

  /** Shows what is in the chart. */
  async show() {
    try {
      const reference = `Patient/${this.patient.id}`;
      const [patient, requests, tasks] = await Promise.all([
        this.server.read(reference),
        this.server.searchAll("MedicationRequest", { subject: reference }),
        this.server.searchAll("Task", { patient: reference, status: "requested" }),
      ]);
      this.patient = patient;
      this.#fill(requests, tasks, await this.#prescribers(requests));
      this.pharmacies.replaceChildren(...(await pharmacyPanel(this.server, patient)));
    } catch (error) {
      this.messages.replaceChildren(errorView(error, CHART.showFailed));
    }
  }

  /** Brings the chart in line with DoseSpot and shows it; says what could not be done. */
  async update() {
    this.messages.replaceChildren();
    await this.show();
    if (!isRegistered(this.patient, this.clinic)) {
      return;
    }
    setBusy([this.refresh], true);
    this.state.replaceChildren(CHART.updating);
    const input = { patientId: this.patient.id, ...span(), ...namingOf(this.clinic) };
    const updates = [PRESCRIPTIONS_BOT, SELF_REPORTED_BOT].map((bot) => this.server.execute(bot, input));
    const failed = (await Promise.allSettled(updates)).filter(({ reason }) => reason);
    this.messages.append(
      ...failed.map(({ reason }) => errorView(reason, CHART.updateFailed)),
    );
    await this.show();
    this.state.replaceChildren(failed.length ? "" : CHART.upToDate);
    setBusy([this.refresh], false);
  }

  /** The names of whoever prescribed, by reference. */
  async #prescribers(requests) {
    const ids = requests.map(({ requester }) => /^Practitioner\/(.+)$/.exec(requester?.reference)?.[1]);
    const known = [...new Set(ids.filter(Boolean))];
    const found = known.length
      ? await this.server.searchAll("Practitioner", { _id: known.join(",") })
      : [];
    return new Map(found.map((each) => [`Practitioner/${each.id}`, nameOf(each)]));
  }

  #fill(requests, tasks, prescribers) {
    const newest = requests.sort((a, b) => (b.authoredOn ?? "").localeCompare(a.authoredOn ?? ""));
    const written = newest.filter(({ intent }) => intent === "order");
    const lists = [
      written.filter((request) => !isInactive(request)),
      written.filter(isInactive),
      newest.filter(({ intent }) => intent === "plan"),
    ];
    lists.forEach((list, index) => {
      const cards = list.map((one) => cardOf(one, prescribers.get(one.requester?.reference) ?? ""));
      this.tabs.fill(index, cards, CHART.empty[index]);
    });
    const orders = new Map(requests.map((one) => [`MedicationRequest/${one.id}`, one]));
    const renewals = tasks
      .filter((task) => isRequest(task) && isGivenAt(task.identifier?.[0] ?? {}, this.clinic))
      .map((task) => requestCard(task, orders.get(task.focus?.reference), () => this.window.open(null)));
    this.tabs.fill(lists.length, renewals, CHART.empty[lists.length]);
  }

  #request() {
    if (isRegistered(this.patient, this.clinic)) {
      this.#prescribe(this.patient);
    } else {
      this.registration.open(this.patient);
    }
  }

  #prescribe(patient) {
    this.patient = patient;
    this.window.open(patient);
  }
}

/** Whether DoseSpot knows the patient at the clinic. */
function isRegistered({ identifier = [] }, clinic) {
  return identifier.some(
    (each) => PATIENT_ID.test(each.system) && each.value && isGivenAt(each, clinic),
  );
}


/** The last days, of which the bots read everything anew; what is not over they read in any case. */
function span() {
  const day = (time) => new Date(time).toISOString().slice(0, 10);
  return { start: day(Date.now() - DAYS_BACK * DAY_MS), end: day(Date.now() + DAY_MS) };
}
