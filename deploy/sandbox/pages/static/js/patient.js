/** The patient page: choose a patient, see the medications, and prescribe in DoseSpot. */

import { Chart } from "./chart.js";
import { runAtClinic } from "./clinic_choice.js";
import { el } from "./dom.js";
import { patientSearch } from "./patient_search.js";
import { CHART } from "./words/patient.js";

function content(place) {
  const hint = el("p", {}, CHART.choosePatient);
  const work = el("section", { class: "work panel", "aria-label": CHART.ofPatient }, hint);

  function show(patient) {
    const chart = new Chart(place, patient);
    work.replaceChildren(...chart.nodes);
    chart.heading.focus({ preventScroll: true });
    chart.heading.scrollIntoView();
    chart.follow();
    chart.update();
  }

  return [
    el(
      "div",
      { class: "columns" },
      el(
        "section",
        { class: "panel", "aria-labelledby": "patients" },
        el("h2", { id: "patients" }, CHART.patients),
        ...patientSearch(place.server, CHART.showOf, show),
      ),
      work,
    ),
  ];
}

runAtClinic(CHART.title, content);
