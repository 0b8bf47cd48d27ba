/** Registers a clinic in DoseSpot, from a saved location or from what is typed. */

import { bottomLine, openDialog } from "./dialogs.js";
import { el, field, select, setBusy, whenFree } from "./dom.js";
import { group, markMissing, markProblems, valuesOf } from "./form_fields.js";
import { warningsView } from "./warnings.js";
import { CLINIC_FORM } from "./words/clinics.js";
import { COMMON, FIELDS } from "./words/common.js";
import { STATES } from "./words/states.js";

const BOT = "dosespot-register-clinic-bot";
const NEW = "";
const OWN = "own";
const TYPED = [
  ["clinicName", FIELDS.clinicName, { required: true }],
  ["address1", FIELDS.street, { required: true }],
  ["address2", FIELDS.unit],
  ["city", FIELDS.city, { required: true }],
  ["state", FIELDS.state, { required: true, options: STATES }],
  ["zipCode", FIELDS.zip, { required: true }],
  ["primaryPhone", FIELDS.phone, { required: true, type: "tel" }],
  ["primaryFax", FIELDS.fax, { type: "tel" }],
];

/**
 * @param {FhirServer} server
 * @param {number|null} own DoseSpot's number of the project's own clinic, where that exists in
 *   DoseSpot and is not on record here.
 * @param {function(): void} onDone called when a clinic was set up.
 */
export async function openClinicSetup(server, own, onDone) {
  const places = await server.searchAll("Location").catch(() => []);
  const choices = places.map((place) => [place.id, inOneLine(place)]);
  const first = own === null ? [] : [[OWN, CLINIC_FORM.ownClinic(own)]];
  const offered = [...first, ...choices, [NEW, CLINIC_FORM.addLocation]];
  const location = select({ name: "" }, offered);
  const typed = group(CLINIC_FORM.newLocation, TYPED);
  const result = el("div", { role: "status" });
  const create = el("button", { type: "submit" }, CLINIC_FORM.create);
  location.addEventListener("change", () => (typed.hidden = location.value !== NEW));
  typed.hidden = location.value !== NEW;

  openDialog(CLINIC_FORM.title, (close) => {
    const form = el("form", { novalidate: true }, field(FIELDS.location, location), typed, result);
    form.append(bottomLine(close, create));
    form.addEventListener(
      "submit",
      whenFree(async () => {
        if (markMissing(form).length > 0) {
          return;
        }
        setBusy([create], true);
        result.replaceChildren(el("p", {}, CLINIC_FORM.waiting));
        if (await register(server, form, inputOf(form, location.value, own), result)) {
          const done = el("button", { type: "button", onclick: close }, COMMON.close);
          form.replaceChildren(result, el("footer", {}, done));
          onDone();
        }
        setBusy([create], false);
      }),
    );
    return [form];
  });
}

function inputOf(form, chosen, own) {
  if (chosen === OWN) {
    return { existingClinicId: own };
  }
  return chosen === NEW ? valuesOf(form) : { locationId: chosen };
}

/** Answers whether the clinic is set up. */
async function register(server, form, input, result) {
  try {
    const answer = await server.execute(BOT, input);
    result.replaceChildren(...answerView(answer));
    return true;
  } catch (error) {
    result.replaceChildren(markProblems(form, error, CLINIC_FORM.failed));
    return false;
  }
}

function answerView({ status, tellDoseSpot, warnings }) {
  const mail = tellDoseSpot
    ? el("div", { class: "notice" }, el("p", {}, CLINIC_FORM.mailDoseSpot), el("p", {}, tellDoseSpot))
    : "";
  return [el("p", { class: "done" }, CLINIC_FORM.done[status]), mail, warningsView(warnings)];
}

/** @returns {string} a name and an address, of which either may be missing, in one line. */
export function inOneLine({ name, address }) {
  const { line = [], city, state, postalCode } = address ?? {};
  return [name, ...line, city, [state, postalCode].filter(Boolean).join(" ")]
    .filter(Boolean)
    .join(", ");
}
