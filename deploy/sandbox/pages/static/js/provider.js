/** The provider page: connect to DoseSpot step by step, and open it with a patient or without. */

import { el } from "./dom.js";
import { guide } from "./guide.js";
import { Opening } from "./opening.js";
import { patientSearch } from "./patient_search.js";
import { doseSpotId } from "./people.js";
import { runSession } from "./session.js";
import { COMMON } from "./words/common.js";
import { PROVIDER } from "./words/provider.js";

function content(server, me, statuses) {
  const connected = doseSpotId(me.membership) !== null;
  const act = connected ? PROVIDER.open : PROVIDER.connect;
  const hint = el("p", {}, connected ? PROVIDER.toGoOn : PROVIDER.toBegin);
  const work = el("section", { class: "work panel", "aria-label": COMMON.dosespot }, hint);
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
      main.replaceChildren(PROVIDER.open);
    }
  }

  return [
    el("h1", {}, PROVIDER.title),
    el(
      "div",
      { class: "columns" },
      el(
        "div",
        {},
        el(
          "section",
          { class: "panel", "aria-labelledby": "enrollment" },
          el("h2", { id: "enrollment" }, PROVIDER.enrollment),
          steps,
          main,
        ),
        el(
          "section",
          { class: "panel", "aria-labelledby": "patients" },
          el("h2", { id: "patients" }, PROVIDER.patients),
          ...patientSearch(server, PROVIDER.openFor, open),
        ),
      ),
      work,
    ),
  ];
}

runSession(PROVIDER.title, content);
