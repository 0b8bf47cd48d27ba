/** A patient's medications and pharmacies, as they stand in the chart. */

import { el, setBusy, whenFree } from "./dom.js";
import { DoseSpotWindow } from "./dosespot_window.js";
import { errorView } from "./errors.js";
import { day } from "./moments.js";
import { nameOf } from "./people.js";
import { pharmaciesOf, pharmacyPanel } from "./pharmacies.js";
import { cardOf, requestCard } from "./prescription_card.js";
import { isInactive, isRequest } from "./prescriptions.js";
import { Registration } from "./registration.js";
import { isGivenAt, namingOf } from "./standings.js";
import { Tabs } from "./tabs.js";
import { CHART } from "./words/patient.js";

/** What brings the chart in line with DoseSpot, and what is said where it fails. */
const UPDATES = [
  ["dosespot-prescriptions-sync-bot", CHART.prescriptionsFailed],
  ["dosespot-self-reported-medications-sync-bot", CHART.selfReportedFailed],
];
const PATIENT_ID = /^https?:\/\/dosespot\.com\/patient-id$/;
const OPEN_TASKS = "draft,requested,received,accepted,ready,in-progress,on-hold";
const READ_EVERY_MS = 15_000;
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
    this.reading = 0;
    this.round = 0;
    this.isUpdating = false;
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
      el("p", {}, patient.birthDate ? CHART.born(day(patient.birthDate)) : ""),
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

  /** Brings the chart in line with DoseSpot and shows it; says what could not be done. */
  async update() {
    const round = ++this.round;
    const isNewest = () => round === this.round;
    this.messages.replaceChildren();
    this.state.replaceChildren();
    setBusy([this.refresh], true);
    this.isUpdating = true;
    const isUpToDate = await this.#bring(isNewest);
    if (isNewest()) {
      this.state.replaceChildren(isUpToDate ? CHART.upToDate : "");
      setBusy([this.refresh], false);
      this.isUpdating = false;
    }
  }

  /**
   * Shows from now on what comes to the chart by other ways too, such as a push notification of
   * DoseSpot, until the chart is on the page no more.
   */
  follow() {
    const look = () => {
      if (!this.heading.isConnected) {
        removeEventListener("focus", look);
        clearInterval(timer);
      } else if (!document.hidden && !this.isUpdating && !this.window.node.open) {
        // Where that fails, what was shown last still stands; the next time may go well.
        this.#draw().catch(() => {});
      }
    };
    const timer = setInterval(look, READ_EVERY_MS);
    addEventListener("focus", look);
  }

  /** Answers whether all that DoseSpot has is shown; an update that began later says the rest. */
  async #bring(isNewest) {
    const isShown = await this.#show(isNewest);
    if (!isNewest() || !isShown || !isRegistered(this.patient, this.clinic)) {
      return false;
    }
    this.state.replaceChildren(CHART.updating);
    const failures = await this.#runBots();
    if (isNewest()) {
      this.messages.append(...failures);
    }
    return (await this.#show(isNewest)) && failures.length === 0;
  }

  /** Answers whether the chart could be read, and says why not. */
  async #show(isNewest) {
    try {
      await this.#draw();
      return true;
    } catch (error) {
      if (isNewest()) {
        this.messages.append(errorView(error, CHART.showFailed));
      }
      return false;
    }
  }

  /** Shows what is in the chart, unless it was read again meanwhile. */
  async #draw() {
    const turn = ++this.reading;
    const draw = await this.#read();
    if (turn === this.reading) {
      draw();
    }
  }

  /** What is said of each bot that failed, or of both where they failed for one reason. */
  async #runBots() {
    const input = { patientId: this.patient.id, ...span(), ...namingOf(this.clinic) };
    const ended = await Promise.allSettled(UPDATES.map(([bot]) => this.server.execute(bot, input)));
    const failed = ended
      .map(({ reason }, index) => ({ reason, words: UPDATES[index][1] }))
      .filter(({ reason }) => reason);
    const reasons = new Set(failed.map(({ reason }) => reason.message));
    return failed.length > reasons.size
      ? [errorView(failed[0].reason, CHART.updateFailed)]
      : failed.map(({ reason, words }) => errorView(reason, words));
  }

  /** Reads the chart; answers what draws it, which leaves alone what is drawn already. */
  async #read() {
    const reference = `Patient/${this.patient.id}`;
    const [patient, requests, tasks] = await Promise.all([
      this.server.read(reference),
      this.server.searchAll("MedicationRequest", { subject: reference }),
      this.server.searchAll("Task", { patient: reference, status: OPEN_TASKS }),
    ]);
    const [prescribers, pharmacies] = await Promise.all([
      this.#prescribers(requests, tasks),
      pharmaciesOf(this.server, patient),
    ]);
    return () => {
      this.patient = patient;
      const drawn = JSON.stringify([patient, requests, tasks, [...prescribers], pharmacies]);
      if (drawn !== this.drawn) {
        this.drawn = drawn;
        this.tabs.keepingFocus(() => this.#fill(requests, tasks, prescribers));
        this.pharmacies.replaceChildren(...pharmacyPanel(pharmacies));
      }
    };
  }

  /** The names of whoever prescribed or is asked, by reference. */
  async #prescribers(requests, tasks) {
    const named = [...requests.map(({ requester }) => requester), ...tasks.map(({ owner }) => owner)];
    const ids = named.map((one) => /^Practitioner\/(.+)$/.exec(one?.reference)?.[1]);
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
      .map((task) => this.#requestCard(task, orders.get(task.focus?.reference), prescribers));
    this.tabs.fill(lists.length, renewals, CHART.empty[lists.length]);
  }

  #requestCard(task, order, prescribers) {
    const prescriber = prescribers.get((task.owner ?? order?.requester)?.reference) ?? "";
    return requestCard(task, order, prescriber, () => this.window.open(null));
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
