/** The provider page: choose a patient or none, and open ePrescribing. */

import { el, field, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { Opening } from "./opening.js";
import { nameOf } from "./people.js";
import { runSession } from "./session.js";

const TITLE = "ePrescribing";
const SHOWN = 20;

function content(server, me, statuses) {
  const hint = el("p", {}, "Open ePrescribing for a patient, or without one.");
  const work = el("section", { class: "work", "aria-label": "DoseSpot" }, hint);
  let opening = null;

  function open(patient) {
    if (opening?.busy) {
      return;
    }
    opening = new Opening(server, statuses, patient, () => open(null));
    work.replaceChildren(...opening.nodes);
    opening.heading.focus({ preventScroll: true });
    opening.heading.scrollIntoView();
    opening.run();
  }

  return [
    el("h1", {}, TITLE),
    el(
      "div",
      { class: "columns" },
      el(
        "section",
        { "aria-labelledby": "patients" },
        el("h2", { id: "patients" }, "Patients"),
        el("p", {}, "Without a patient, DoseSpot shows your notifications."),
        el("button", { type: "button", onclick: () => open(null) }, "Open ePrescribing"),
        ...patientSearch(server, open),
      ),
      work,
    ),
  ];
}

function patientSearch(server, open) {
  const name = el("input", { type: "search", autocomplete: "off" });
  const list = el("ul", { class: "patients" });
  const count = el("p", { role: "status", class: "count" });

  async function search() {
    const asked = name.value.trim();
    count.replaceChildren("Searching …");
    try {
      const query = { _count: SHOWN, _sort: "family", ...(asked && { name: asked }) };
      const { resources, next } = await server.search("Patient", query);
      if (asked === name.value.trim()) {
        list.replaceChildren(...resources.map((patient) => patientItem(patient, open)));
        count.replaceChildren(counted(resources.length, next !== null));
      }
    } catch (error) {
      list.replaceChildren();
      count.replaceChildren(errorView(error, "The patients could not be searched."));
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
        field("Search by name", name),
        el("button", { type: "submit", class: "outline" }, "Search"),
      ),
    ),
    count,
    list,
  ];
}

function counted(number, more) {
  if (number === 0) {
    return "No patients found.";
  }
  const found = `${number} ${number === 1 ? "patient" : "patients"}`;
  return more ? `The first ${found}; search to find others.` : `${found} found.`;
}

function patientItem(patient, open) {
  const name = nameOf(patient);
  const born = patient.birthDate ? `, born ${patient.birthDate}` : "";
  return el(
    "li",
    {},
    el("p", {}, el("strong", {}, name), born),
    el(
      "button",
      { type: "button", class: "outline", onclick: () => open(patient) },
      `Open ePrescribing for ${name}`,
    ),
  );
}

runSession(TITLE, content);
