/** The patient page: choose a patient, see the medications, and prescribe in DoseSpot. */

import { Chart } from "./chart.js";
import { el } from "./dom.js";
import { patientSearch } from "./patient_search.js";
import { runSession } from "./session.js";

const TITLE = "Medications";

function content(server, me, statuses) {
  const hint = el("p", {}, "Choose a patient to see the medications.");
  const work = el("section", { class: "work", "aria-label": "Medications of the patient" }, hint);

  function show(patient) {
    const chart = new Chart(server, statuses, patient);
    work.replaceChildren(...chart.nodes);
    chart.heading.focus({ preventScroll: true });
    chart.heading.scrollIntoView();
    chart.update();
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
        ...patientSearch(server, "Show medications of", show),
      ),
      work,
    ),
  ];
}

runSession(TITLE, content);
