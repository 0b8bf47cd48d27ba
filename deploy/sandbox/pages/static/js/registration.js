/** The form that completes a patient's record, so that DoseSpot can take the patient. */

import { el, field, select, setBusy, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { nameOf } from "./people.js";
import { COMMON, FIELDS } from "./words/common.js";
import { REGISTRATION } from "./words/patient.js";
import { STATES } from "./words/states.js";

const LOINC = "http://loinc.org";
const URIS = "urn:ietf:rfc:3986";
const UCUM = "http://unitsofmeasure.org";
const VITALS = "http://terminology.hl7.org/CodeSystem/observation-category";
const NO_NAME = {};
const NO_ADDRESS = {};
const GROWN_UP_AT = 18;

/** LOINC code, name in the form, label, unit and limits of what DoseSpot needs of a minor. */
const MEASURES = [
  ["8302-2", "height", REGISTRATION.height, "cm", { min: 20, max: 250 }],
  ["29463-7", "weight", REGISTRATION.weight, "kg", { min: 0.5, max: 400 }],
];
const SEXES = [["", COMMON.choose], ...Object.entries(REGISTRATION.sexes)];

export class Registration {
  /**
   * @param {FhirServer} server
   * @param {function(Object): void} onSaved is given the Patient as it is on the server.
   */
  constructor(server, onSaved) {
    Object.assign(this, { server, onSaved });
    this.messages = el("div", { role: "alert" });
    this.node = /** @type {HTMLDialogElement} */ (
      el("dialog", { "aria-label": REGISTRATION.title })
    );
  }

  /** @param {Object} patient the Patient, whose record fills the form. */
  async open(patient) {
    this.patient = patient;
    this.messages.replaceChildren();
    this.node.replaceChildren(el("article", {}, el("p", {}, COMMON.loading)));
    this.node.showModal();
    this.measured = null;
    try {
      const vitals = await this.#vitals(patient.birthDate);
      this.node.replaceChildren(el("article", {}, this.#form(vitals)));
    } catch (error) {
      const told = errorView(error, REGISTRATION.formFailed);
      this.node.replaceChildren(el("article", {}, told, this.#cancel()));
    }
  }

  /** The codes of the measures that are on record. */
  async #measured() {
    const found = await this.server.searchAll("Observation", {
      subject: `Patient/${this.patient.id}`,
      code: MEASURES.map(([code]) => `${LOINC}|${code}`).join(","),
    });
    return found.flatMap(({ code }) => (code?.coding ?? []).map((coding) => coding.code));
  }

  #cancel() {
    return el(
      "button",
      { type: "button", class: "secondary outline", onclick: () => this.node.close() },
      COMMON.cancel,
    );
  }

  #form(vitals) {
    const { patient } = this;
    this.vitals = el("div", {}, vitals);
    const name = officialName(patient);
    const address = currentAddress(patient);
    this.save = el("button", { type: "submit" }, REGISTRATION.create);
    this.form = el(
      "form",
      { onsubmit: whenFree(() => this.#submit()) },
      el("h2", {}, REGISTRATION.heading(nameOf(patient))),
      this.messages,
      el(
        "div",
        { class: "fields" },
        input("given", FIELDS.firstName, name.given?.[0]),
        input("family", FIELDS.lastName, name.family),
        input("birthDate", FIELDS.birthDate, patient.birthDate, {
          type: "date",
          onchange: (event) => this.#followAge(event.target),
        }),
        field(FIELDS.sex, chosen("gender", SEXES, patient.gender)),
        input("phone", FIELDS.phone, contact(patient, "phone"), { type: "tel" }),
        input("email", FIELDS.email, contact(patient, "email"), { type: "email", required: false }),
        input("street", FIELDS.street, address.line?.[0]),
        input("unit", FIELDS.unit, address.line?.[1], { required: false }),
        input("city", FIELDS.city, address.city),
        field(FIELDS.state, chosen("state", STATES, address.state)),
        input("postalCode", FIELDS.zip, address.postalCode),
      ),
      this.vitals,
      el("div", { class: "tools" }, this.save, this.#cancel()),
    );
    return this.form;
  }

  /** Asks for height and weight as soon as the date of birth says that they are needed. */
  async #followAge(date) {
    const entered = date.value;
    try {
      const vitals = await this.#vitals(entered);
      if (entered === date.value) {
        this.vitals.replaceChildren(vitals);
      }
    } catch (error) {
      this.messages.replaceChildren(errorView(error, REGISTRATION.failed));
    }
  }

  /** The fields for height and weight of somebody who was born on a day; none for a grown-up. */
  async #vitals(birthDate) {
    if (!(ageOf(birthDate) < GROWN_UP_AT)) {
      return "";
    }
    this.measured ??= await this.#measured();
    const fields = MEASURES.map(([code, name, label, , limits]) =>
      input(name, label, "", {
        type: "number",
        step: "any",
        required: !this.measured.includes(code),
        ...limits,
      }),
    );
    const legend = el("legend", {}, REGISTRATION.vitals(GROWN_UP_AT));
    return el("fieldset", {}, legend, el("div", { class: "fields" }, ...fields));
  }

  async #submit() {
    setBusy([this.save], true);
    this.messages.replaceChildren();
    try {
      const given = Object.fromEntries(new FormData(this.form));
      const saved = await this.server.change(`Patient/${this.patient.id}`, (found) =>
        withDetails(found, given),
      );
      await this.#keepMeasures(given);
      this.node.close();
      this.onSaved(saved);
    } catch (error) {
      this.messages.replaceChildren(errorView(error, REGISTRATION.failed));
    }
    setBusy([this.save], false);
  }

  async #keepMeasures(given) {
    for (const [code, name, , unit] of MEASURES.filter(([, each]) => given[each])) {
      const value = `urn:uuid:${crypto.randomUUID()}`;
      const observation = {
        resourceType: "Observation",
        identifier: [{ system: URIS, value }],
        status: "final",
        category: [{ coding: [{ system: VITALS, code: "vital-signs" }] }],
        code: { coding: [{ system: LOINC, code }] },
        subject: { reference: `Patient/${this.patient.id}` },
        effectiveDateTime: new Date().toISOString(),
        valueQuantity: { value: Number(given[name]), unit, system: UCUM, code: unit },
      };
      await this.server.createOnce(observation, `identifier=${URIS}|${value}`);
    }
  }
}

function input(name, label, value = "", attributes = {}) {
  const kind = { type: "text", autocomplete: "off", required: true, ...attributes };
  return field(label, el("input", { ...kind, name, value: value ?? "" }));
}

/** A list at what is on record, be it the code or what the list shows for it. */
function chosen(name, options, value = "") {
  const list = select({ name, required: true }, options);
  const known = options.find((option) => option.includes(value)) ?? [""];
  list.value = known[0];
  return list;
}

function officialName(patient) {
  const names = patient.name ?? [];
  return names.find((name) => name.use === "official") ?? names[0] ?? NO_NAME;
}

function contact(patient, system) {
  return (patient.telecom ?? []).find((each) => each.system === system)?.value ?? "";
}

function ageOf(birthDate = "") {
  const today = new Date();
  const born = new Date(`${birthDate}T00:00:00`);
  const had = [today.getMonth() - born.getMonth(), today.getDate() - born.getDate()];
  const before = had[0] < 0 || (had[0] === 0 && had[1] < 0);
  return today.getFullYear() - born.getFullYear() - (before ? 1 : 0);
}

/** The Patient with what the form says; further names, lines and addresses stay as they are. */
function withDetails(patient, given) {
  const [, ...middle] = officialName(patient).given ?? [];
  const name = {
    ...officialName(patient),
    given: [given.given.trim(), ...middle],
    family: given.family.trim(),
  };
  const [, , ...lines] = currentAddress(patient).line ?? [];
  const address = {
    ...currentAddress(patient),
    line: [given.street.trim(), given.unit.trim(), ...lines].filter(Boolean),
    city: given.city.trim(),
    state: given.state,
    postalCode: given.postalCode.trim(),
  };
  const phone = withContact(patient.telecom ?? [], "phone", given.phone);
  return {
    ...patient,
    name: replaced(patient.name ?? [], officialName(patient), name),
    birthDate: given.birthDate,
    gender: given.gender,
    telecom: withContact(phone, "email", given.email),
    address: replaced(patient.address ?? [], currentAddress(patient), address),
  };
}

function replaced(list, old, changed) {
  return list.includes(old) ? list.map((each) => (each === old ? changed : each)) : [...list, changed];
}

function currentAddress(patient) {
  const addresses = patient.address ?? [];
  return addresses.find(({ use, period }) => use !== "old" && !period?.end) ?? NO_ADDRESS;
}

function withContact(telecom, system, entered) {
  const value = entered.trim();
  const first = telecom.find((each) => each.system === system);
  if (value === "" || first?.value === value) {
    return telecom;
  }
  return replaced(telecom, first, { ...first, system, value });
}
