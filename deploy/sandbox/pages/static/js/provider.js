/** The provider page: connect to DoseSpot step by step, and open it with a patient or without. */

import { el } from "./dom.js";
import { guide } from "./guide.js";
import { Opening } from "./opening.js";
import { patientSearch } from "./patient_search.js";
import { doseSpotId } from "./people.js";
import { runSession } from "./session.js";

const TITLE = "ePrescribing";

function content(server, me, statuses) {
  const connected = doseSpotId(me.membership) !== null;
  const act = connected ? "Open ePrescribing" : "Connect";
  const hint = connected
    ? "Open ePrescribing for a patient, or without one to see your notifications."
    : "To begin, connect to DoseSpot. This page leads you through each step.";
  const work = el("section", { class: "work panel", "aria-label": "DoseSpot" }, el("p", {}, hint));
  const steps = el("div", {}, connected ? "" : guide("connect"));
  const main = el("button", { type: "button", onclick: () => open(null) }, act);
  let opening = null;

  async function open(patient) {
    if (opening?.busy) {
      return;
    }
    opening = new Opening(server, statuses, patient, () => open(null));
    work.replaceChildren(...opening.nodes);
    steps.replaceChildren(opening.live.steps);
    opening.heading.focus({ preventScroll: true });
    opening.heading.scrollIntoView();
    if (await opening.run()) {
      main.replaceChildren("Open ePrescribing");
    }
  }

  return [
    el("h1", {}, TITLE),
    el(
      "div",
      { class: "columns" },
      el(
        "div",
        {},
        el(
          "section",
          { class: "panel", "aria-labelledby": "enrollment" },
          el("h2", { id: "enrollment" }, "Your enrollment"),
          steps,
          main,
        ),
        el(
          "section",
          { class: "panel", "aria-labelledby": "patients" },
          el("h2", { id: "patients" }, "Patients"),
          ...patientSearch(server, "Open ePrescribing for", open),
        ),
      ),
      work,
    ),
  ];
}

runSession(TITLE, content);
