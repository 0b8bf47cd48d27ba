/** Registers a clinic in DoseSpot, from a saved location or from what is typed. */

import { bottomLine, openDialog } from "./dialogs.js";
import { el, field, select, setBusy, whenFree } from "./dom.js";
import { group, markMissing, markProblems, valuesOf } from "./form_fields.js";
import { STATES } from "./states.js";
import { warningsView } from "./warnings.js";

const BOT = "dosespot-register-clinic-bot";
const TITLE = "Set up a clinic in DoseSpot";
const NEW = "";
const FIELDS = [
  ["clinicName", "Clinic name", { required: true }],
  ["address1", "Street", { required: true }],
  ["address2", "Suite, floor or unit"],
  ["city", "City", { required: true }],
  ["state", "State", { required: true, options: STATES }],
  ["zipCode", "ZIP code", { required: true }],
  ["primaryPhone", "Phone", { required: true, type: "tel" }],
  ["primaryFax", "Fax", { type: "tel" }],
];
const DONE = {
  created: "The clinic was created in DoseSpot.",
  completed: "The clinic is complete now.",
  linked: "The clinic is connected now.",
  unchanged: "The clinic was set up already; nothing was changed.",
};

/**
 * @param {FhirServer} server
 * @param {function(): void} onDone called when a clinic was set up.
 */
export async function openClinicSetup(server, onDone) {
  const places = await server.searchAll("Location").catch(() => []);
  const choices = places.map((place) => [place.id, inOneLine(place)]);
  const location = select({ name: "" }, [...choices, [NEW, "+ New location"]]);
  const typed = group("New location", FIELDS);
  const result = el("div", { role: "status" });
  const create = el("button", { type: "submit" }, "Create");
  location.addEventListener("change", () => (typed.hidden = location.value !== NEW));
  typed.hidden = location.value !== NEW;

  openDialog(TITLE, (close) => {
    const form = el("form", { novalidate: true }, field("Location", location), typed, result);
    form.append(bottomLine(close, create));
    form.addEventListener(
      "submit",
      whenFree(async () => {
        if (markMissing(form).length > 0) {
          return;
        }
        setBusy([create], true);
        result.replaceChildren(el("p", {}, "Waiting for DoseSpot …"));
        if (await register(server, form, location.value, result)) {
          const done = el("button", { type: "button", onclick: close }, "Close");
          form.replaceChildren(result, el("footer", {}, done));
          onDone();
        }
        setBusy([create], false);
      }),
    );
    return [form];
  });
}

/** Answers whether the clinic is set up. */
async function register(server, form, locationId, result) {
  const input = locationId === NEW ? valuesOf(form) : { locationId };
  try {
    const answer = await server.execute(BOT, input);
    result.replaceChildren(...answerView(answer));
    return true;
  } catch (error) {
    result.replaceChildren(markProblems(form, error, "The clinic was not set up."));
    return false;
  }
}

function answerView({ status, tellDoseSpot, warnings }) {
  const mail = tellDoseSpot
    ? el("div", { class: "notice" }, el("p", {}, "Now e-mail DoseSpot:"), el("p", {}, tellDoseSpot))
    : "";
  return [el("p", { class: "done" }, DONE[status]), mail, warningsView(warnings)];
}

function inOneLine({ name, address }) {
  const { line = [], city, state, postalCode } = address ?? {};
  return [name, ...line, city, [state, postalCode].filter(Boolean).join(" ")]
    .filter(Boolean)
    .join(", ");
}
