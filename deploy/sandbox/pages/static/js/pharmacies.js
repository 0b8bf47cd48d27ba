/** The pharmacies that a patient prefers. */

import { el } from "./dom.js";
import { pill } from "./pills.js";
import { addressLines, preferredPharmacies } from "./prescriptions.js";
import { CHART } from "./words/patient.js";

/**
 * @param {FhirServer} server
 * @param {Object} patient a Patient.
 * @returns {Promise<Array<Node>>} the panel's content.
 */
export async function pharmacyPanel(server, patient) {
  const preferred = preferredPharmacies(patient);
  const organizations = await Promise.all(preferred.map(({ reference }) => server.read(reference)));
  const cards = preferred.map(({ name, isDefault }, index) =>
    el(
      "article",
      { class: "card" },
      el(
        "header",
        {},
        el("h3", {}, organizations[index].name ?? name),
        isDefault ? pill("done", CHART.isDefault) : null,
      ),
      el("address", {}, ...addressLines(organizations[index]).map((line) => el("div", {}, line))),
    ),
  );
  const none = el("p", {}, CHART.noPharmacy);
  return [el("h2", { id: "pharmacies" }, CHART.pharmacy), ...(cards.length ? cards : [none])];
}
