/** The pharmacies that a patient prefers. */

import { el } from "./dom.js";
import { pill } from "./pills.js";
import { addressLines, preferredPharmacies } from "./prescriptions.js";
import { CHART } from "./words/patient.js";

/** What a server answers who may not read a pharmacy, or where it is gone. */
const WITHHELD = [403, 404, 410];

/**
 * @param {FhirServer} server
 * @param {Object} patient a Patient.
 * @returns {Promise<Array<{name: string, isDefault: boolean, lines: Array<string>}>>} the default
 *   first; one that the reader is not given has the name that the Patient has, and no lines.
 */
export async function pharmaciesOf(server, patient) {
  return Promise.all(
    preferredPharmacies(patient).map(async ({ reference, name, isDefault }) => {
      const organization = await server.read(reference).catch(noneIfWithheld);
      return { name: organization.name ?? name, isDefault, lines: addressLines(organization) };
    }),
  );
}

function noneIfWithheld(error) {
  if (WITHHELD.includes(error.status)) {
    return {};
  }
  throw error;
}

/**
 * @param {Array<{name: string, isDefault: boolean, lines: Array<string>}>} pharmacies
 * @returns {Array<Node>} the panel's content.
 */
export function pharmacyPanel(pharmacies) {
  const cards = pharmacies.map(({ name, isDefault, lines }) =>
    el(
      "article",
      { class: "card" },
      el("header", {}, el("h3", {}, name), isDefault ? pill("done", CHART.isDefault) : null),
      el("address", {}, ...lines.map((line) => el("div", {}, line))),
    ),
  );
  const none = el("p", {}, CHART.noPharmacy);
  return [el("h2", { id: "pharmacies" }, CHART.pharmacy), ...(cards.length ? cards : [none])];
}
