/** Warnings in a bot's answer, in plain words rather than FHIR's. */

import { el } from "./dom.js";
import { asSentence } from "./errors.js";

const HEADING = "Please check:";
const ELSEWHERE = "Record";

/** Parts of FHIR paths, the closest ones first, and what they are to a person. */
const PLACES = [
  ["family", "Last name"],
  ["given", "First or middle name"],
  ["prefix", "Prefix"],
  ["suffix", "Suffix"],
  ["line", "Street address"],
  ["city", "City"],
  ["state", "State"],
  ["postalCode", "ZIP code"],
  ["name", "Name"],
  ["address", "Address"],
  ["telecom", "Phone, fax or e-mail"],
  ["identifier", "NPI, DEA or other number"],
  ["qualification", "License"],
  ["birthDate", "Date of birth"],
  ["gender", "Gender"],
  ["active", "Account"],
  ["PractitionerRole", "Roles"],
  ["Observation", "Height or weight"],
  ["DoseSpot", "DoseSpot"],
];

/**
 * @param {Array<{path: string, sentence: string}>} [warnings] of a bot's answer.
 * @returns {HTMLElement|string} a list; nothing where there are none.
 */
export function warningsView(warnings = []) {
  if (warnings.length === 0) {
    return "";
  }
  const items = warnings.map(({ path, sentence }) =>
    el("li", {}, el("strong", {}, `${place(path)}:`), ` ${asSentence(sentence)}`),
  );
  return el("div", { class: "warning" }, el("p", {}, HEADING), el("ul", {}, ...items));
}

function place(path) {
  const parts = path.split(/[.[\]]+/);
  return PLACES.find(([part]) => parts.includes(part))?.[1] ?? ELSEWHERE;
}
