/** A list of patients to choose from, searched by name. */

import { el, field, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { day } from "./moments.js";
import { nameOf } from "./people.js";
import { COMMON } from "./words/common.js";
import { PATIENTS } from "./words/patient.js";

const SHOWN = 20;

/**
 * @param {FhirServer} server
 * @param {string} label what choosing does; the patient's name follows.
 * @param {function(Object): void} choose is given the Patient.
 * @returns {Array<Node>}
 */
export function patientSearch(server, label, choose) {
  const name = el("input", { type: "search", autocomplete: "off" });
  const list = el("ul", { class: "patients" });
  const count = el("p", { role: "status", class: "count" });

  async function search() {
    const asked = name.value.trim();
    count.replaceChildren(PATIENTS.searching);
    try {
      const query = { _count: SHOWN, _sort: "family", ...(asked && { name: asked }) };
      const { resources, next } = await server.search("Patient", query);
      if (asked === name.value.trim()) {
        list.replaceChildren(...resources.map((patient) => patientItem(patient, label, choose)));
        count.replaceChildren(PATIENTS.found(resources.length, next !== null));
      }
    } catch (error) {
      list.replaceChildren();
      count.replaceChildren(errorView(error, PATIENTS.searchFailed));
    }
  }

  search();
  return [
    el(
      "search",
      {},
      el(
        "form",
        { onsubmit: whenFree(search) },
        field(COMMON.searchByName, name),
        el("button", { type: "submit", class: "outline" }, COMMON.search),
      ),
    ),
    count,
    list,
  ];
}

function patientItem(patient, label, choose) {
  const name = nameOf(patient);
  const born = patient.birthDate ? PATIENTS.born(day(patient.birthDate)) : "";
  return el(
    "li",
    {},
    el("p", {}, el("strong", {}, name), born),
    el(
      "button",
      { type: "button", class: "outline", onclick: () => choose(patient) },
      PATIENTS.choose(label, name),
    ),
  );
}
