/** Warnings in a bot's answer, in plain words rather than FHIR's. */

import { el } from "./dom.js";
import { engineersDetails } from "./errors.js";
import { fieldName, plainProblem } from "./sentences.js";
import { ERRORS } from "./words/errors.js";

/**
 * @param {Array<{path: string, sentence: string}>} [warnings] of a bot's answer.
 * @param {string} [heading]
 * @returns {HTMLElement|string} a list; nothing where there are none.
 */
export function warningsView(warnings = [], heading = ERRORS.pleaseCheck) {
  if (warnings.length === 0) {
    return "";
  }
  const items = warnings.map(({ path, sentence }) =>
    el("li", {}, el("strong", {}, `${fieldName(path)}:`), ` ${plainProblem(sentence)}`),
  );
  const details = warnings.map(({ path, sentence }) => `${path}: ${sentence}`).join("; ");
  return el(
    "div",
    { class: "warning" },
    el("p", {}, el("strong", {}, heading)),
    el("ul", {}, ...items),
    engineersDetails(details),
  );
}
