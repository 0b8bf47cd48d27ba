/** The provider page: choose a patient or none, and open ePrescribing. */

import { el } from "./dom.js";
import { Opening } from "./opening.js";
import { patientSearch } from "./patient_search.js";
import { runSession } from "./session.js";

const TITLE = "ePrescribing";

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
        ...patientSearch(server, "Open ePrescribing for", open),
      ),
      work,
    ),
  ];
}

runSession(TITLE, content);
