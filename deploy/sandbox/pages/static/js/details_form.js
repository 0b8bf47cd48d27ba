/** A prescriber's own details: what is on record, what they may complete, and the act that saves. */

import { el, field, setBusy, whenFree } from "./dom.js";
import { draftOf, forgetDraft, keepDraft } from "./drafts.js";
import { control, group, markMissing, markProblems, named, under, valuesOf } from "./form_fields.js";
import { DEFAULT, placesSection, stated } from "./places.js";
import { FIELDS } from "./words/common.js";
import { DETAILS } from "./words/details.js";
import { STATES } from "./words/states.js";

export const DETAILS_BOT = "dosespot-my-details-bot";
const DRAFT = "details";
const NEEDED = { required: true };

const CONTACT = [
  ["phone", FIELDS.phone, { type: "tel", autocomplete: "tel", ...NEEDED }],
  ["fax", FIELDS.fax, { type: "tel", ...NEEDED }],
  ["email", FIELDS.email, { type: "email", autocomplete: "email" }],
];
const ADDRESS = [
  ["address1", FIELDS.street, { autocomplete: "address-line1", ...NEEDED }],
  ["address2", FIELDS.unit, { autocomplete: "address-line2" }],
  ["city", FIELDS.city, { autocomplete: "address-level2", ...NEEDED }],
  ["state", FIELDS.state, { options: STATES, ...NEEDED }],
  ["zipCode", FIELDS.zip, { autocomplete: "postal-code", ...NEEDED }],
];
/** Asked only where they are not on record. */
const MISSING = [
  ["dateOfBirth", FIELDS.birthDate, { type: "date", autocomplete: "bday", ...NEEDED }],
  ["details.npi", FIELDS.npi, { inputmode: "numeric", ...NEEDED }],
];

export class DetailsForm {
  /**
   * @param {FhirServer} server
   * @param {Object} known the details bot's answer.
   * @param {{act: string, note: string, more: Array<HTMLElement>}} shown what the button that saves
   *   is called, the sentence above the fields, and further buttons.
   * @param {function(): void} onSaved
   */
  constructor(server, known, { act, note, more = [] }, onSaved) {
    Object.assign(this, { server, known, onSaved });
    this.result = el("div", { role: "status", class: "result" });
    this.button = el("button", { type: "submit" }, act);
    this.node = el(
      "form",
      {
        class: "details",
        novalidate: true,
        onsubmit: whenFree(() => this.#submit()),
        oninput: () => this.#keep(),
      },
      el("p", { class: "soft" }, note),
      this.#person(),
      group(DETAILS.contact, CONTACT),
      group(DETAILS.address, under("mailingAddress", ADDRESS)),
      placesSection(known.locations, known.fixed),
      this.result,
      el("div", { class: "tools" }, ...more, this.button),
    );
    this.#fill(flat(known));
    this.#fill(this.#draft());
  }

  #person() {
    const { fName, lName, fixed, dateOfBirth, details } = this.known;
    const values = { dateOfBirth, "details.npi": details.npi };
    const fields = MISSING.map(([path, label, spec]) =>
      fixed.includes(path)
        ? stated(label, values[path])
        : field(el("span", { class: "required" }, label), control(path, spec)),
    );
    return el(
      "fieldset",
      { class: "person" },
      el("legend", {}, DETAILS.person),
      el(
        "div",
        { class: "fields" },
        stated(FIELDS.firstName, fName),
        stated(FIELDS.lastName, lName),
        ...fields,
      ),
      el("p", { class: "soft" }, DETAILS.askForPerson),
    );
  }

  /** What was typed before, unless the locations are no longer those that it was typed for. */
  #draft() {
    const draft = draftOf(DRAFT) ?? {};
    const ids = this.known.locations.map((place) => place.practitionerRoleId);
    const same = ids.every((id, index) => draft[`locations[${index}].practitionerRoleId`] === id);
    const kept = Object.entries(draft).filter(
      ([name]) => same || (name !== DEFAULT && !name.startsWith("locations[")),
    );
    return Object.fromEntries(kept);
  }

  #fill(values) {
    for (const each of named(this.node)) {
      const value = values[each.name];
      if (value === undefined || each.type === "hidden") {
        continue;
      }
      if (each.type === "radio") {
        each.checked = each.value === value;
      } else {
        each.value = value;
      }
    }
  }

  #keep() {
    const kept = named(this.node).filter((each) => each.type !== "radio" || each.checked);
    keepDraft(DRAFT, Object.fromEntries(kept.map((each) => [each.name, each.value])));
  }

  #body() {
    const { [DEFAULT]: _, locations = [], ...body } = valuesOf(this.node);
    const chosen = named(this.node).find((each) => each.name === DEFAULT && each.checked);
    const places = locations.map((place, index) => ({
      ...place,
      useAsDefault: chosen?.value === String(index),
    }));
    return { ...body, locations: places };
  }

  async #submit() {
    if (markMissing(this.node).length > 0) {
      this.result.replaceChildren(el("p", { class: "problem" }, DETAILS.fillIn));
      return;
    }
    setBusy([this.button], true);
    this.result.replaceChildren(el("p", {}, DETAILS.saving));
    try {
      await this.server.execute(DETAILS_BOT, this.#body());
      this.result.replaceChildren();
      forgetDraft(DRAFT);
      this.onSaved();
    } catch (error) {
      this.result.replaceChildren(markProblems(this.node, error, DETAILS.failed));
    }
    setBusy([this.button], false);
  }
}

/** The values of the answer by the paths of the form's fields. */
function flat({ phone, fax, email, mailingAddress }) {
  const address = Object.entries(mailingAddress).map(([name, value]) => [`mailingAddress.${name}`, value]);
  return { phone: spelled(phone), fax: spelled(fax), email, ...Object.fromEntries(address) };
}

/** Ten digits as people write a phone number; anything else as it stands. */
function spelled(number) {
  return number.replace(/^(\d{3})(\d{3})(\d{4})$/, "$1-$2-$3");
}
