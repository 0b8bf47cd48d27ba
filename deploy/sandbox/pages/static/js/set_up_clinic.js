/** Registers a clinic in DoseSpot, from a saved location or from what is typed. */

import { bottomLine, openDialog } from "./dialogs.js";
import { el, field, select, setBusy, whenFree } from "./dom.js";
import { group, markMissing, markProblems, tick, valuesOf } from "./form_fields.js";
import { warningsView } from "./warnings.js";
import { CLINIC_FORM } from "./words/clinics.js";
import { COMMON, FIELDS } from "./words/common.js";
import { STATES } from "./words/states.js";

const BOT = "dosespot-register-clinic-bot";
const NEW = "";
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
  const location = select({ name: "" }, [...choices, [NEW, CLINIC_FORM.addLocation]]);
  const isOwn = tick("", CLINIC_FORM.ownClinic(own), own !== null);
  const typed = group(CLINIC_FORM.newLocation, TYPED);
  const result = el("div", { role: "status" });
  const create = el("button", { type: "submit" }, CLINIC_FORM.create);
  location.addEventListener("change", () => (typed.hidden = location.value !== NEW));
  typed.hidden = location.value !== NEW;

  openDialog(CLINIC_FORM.title, (close) => {
    const form = el(
      "form",
      { novalidate: true },
      field(FIELDS.location, location),
      own === null ? "" : isOwn.node,
      typed,
      result,
      bottomLine(close, create),
    );
    form.addEventListener(
      "submit",
      whenFree(async () => {
        if (markMissing(form).length > 0) {
          return;
        }
        setBusy([create], true);
        result.replaceChildren(el("p", {}, CLINIC_FORM.waiting));
        const known = isOwn.input.checked ? own : null;
        if (await register(server, form, location.value, known, result)) {
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

/** Answers whether the clinic is set up, and the location that was typed in on record. */
async function register(server, form, locationId, known, result) {
  const details = locationId === NEW && known === null ? valuesOf(form) : {};
  let told = [];
  try {
    const answer = await server.execute(BOT, {
      ...details,
      ...(locationId === NEW ? {} : { locationId }),
      ...(known === null ? {} : { existingClinicId: known }),
    });
    told = answerView(answer);
    if (locationId === NEW) {
      await keepLocation(server, valuesOf(form), answer.organization);
    }
    result.replaceChildren(...told);
    return true;
  } catch (error) {
    const failed = told.length > 0 ? CLINIC_FORM.locationFailed : CLINIC_FORM.failed;
    result.replaceChildren(...told, markProblems(form, error, failed));
    return false;
  }
}

/** Records where a clinic is that was typed in, so that prescribers can be said to work there. */
async function keepLocation(server, typed, { id }) {
  const reference = `Organization/${id}`;
  const contact = (system, value) => (value ? [{ system, use: "work", value }] : []);
  const line = [typed.address1, typed.address2].filter(Boolean);
  const { clinicName: name, city, state, zipCode: postalCode } = typed;
  const location = {
    resourceType: "Location",
    status: "active",
    name,
    address: { use: "work", line, city, state, postalCode },
    telecom: [...contact("phone", typed.primaryPhone), ...contact("fax", typed.primaryFax)],
    managingOrganization: { reference },
  };
  await server.createOnce(location, `organization=${reference}`);
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
