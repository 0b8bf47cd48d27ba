/** Cards of the patient page: one prescription, one request of a pharmacy. */

import { el } from "./dom.js";
import { pill } from "./pills.js";
import { details, medicationName, requestDetails, statusOf } from "./prescriptions.js";
import { COMMON } from "./words/common.js";
import { PRESCRIPTION } from "./words/patient.js";

/**
 * @param {Object} request a MedicationRequest.
 * @param {string} prescriber name of whoever wrote it; "" if that is unknown.
 * @returns {HTMLElement}
 */
export function cardOf(request, prescriber) {
  const [words, tone] = statusOf(request);
  const { instructions, shown, more } = details(request, prescriber);
  return el(
    "article",
    { class: "card" },
    el(
      "header",
      {},
      el("h3", {}, medicationName(request)),
      pill(tone, words),
    ),
    instructions ? el("p", {}, instructions) : null,
    pairs(shown),
    more.length ? el("details", {}, el("summary", {}, PRESCRIPTION.more), pairs(more)) : null,
  );
}

/**
 * @param {Object} task a pharmacy's request.
 * @param {Object|undefined} order the MedicationRequest that it is about.
 * @param {string} prescriber name of whoever is asked; "" if that is unknown.
 * @param {function(): void} answer opens DoseSpot where it can be answered.
 * @returns {HTMLElement}
 */
export function requestCard(task, order, prescriber, answer) {
  const { title, shown } = requestDetails(task, order, prescriber);
  return el(
    "article",
    { class: "card" },
    el(
      "header",
      {},
      el("h3", {}, title),
      pill("act", PRESCRIPTION.needsAnswer),
    ),
    pairs(shown),
    el(
      "button",
      {
        type: "button",
        class: "outline",
        onclick: answer,
        "aria-label": COMMON.of(PRESCRIPTION.answer, title),
      },
      PRESCRIPTION.answer,
    ),
  );
}

function pairs(list) {
  const items = list.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return el("dl", {}, ...items);
}
