/** Fields of forms: made from a list, read as a bot's input, and marked where they are wrong. */

import { el, field, select } from "./dom.js";
import { ServerError, errorView } from "./errors.js";
import { asSentence } from "./sentences.js";
import { COMMON } from "./words/common.js";

/**
 * @typedef {[string, string, {required?: boolean, options?: Array<[string, string]>}|undefined]}
 *   FieldSpec path in the bot's input, label, and what else is known: attributes of the input, or
 *   the options of a list.
 */

/**
 * @param {string} legend
 * @param {Array<FieldSpec>} fields
 * @returns {HTMLFieldSetElement}
 */
export function group(legend, fields) {
  const nodes = fields.map(([name, label, spec = {}]) => field(labelOf(label, spec), control(name, spec)));
  return el("fieldset", {}, el("legend", {}, legend), el("div", { class: "fields" }, ...nodes));
}

/** @returns {Array<FieldSpec>} the fields below a path. */
export function under(path, fields) {
  return fields.map(([name, ...rest]) => [`${path}.${name}`, ...rest]);
}

/** @returns {{input: HTMLInputElement, node: HTMLElement}} a check box before its label. */
export function tick(name, label, checked) {
  const input = el("input", { type: "checkbox", name, checked });
  return { input, node: el("label", {}, input, label) };
}

function labelOf(label, { required }) {
  return required ? el("span", { class: "required" }, label) : label;
}

/**
 * @param {string} name path in the bot's input.
 * @param {Object} spec as of a `FieldSpec`.
 * @returns {HTMLElement} the field without its label.
 */
export function control(name, { options, required, ...attributes }) {
  const marks = { name, "aria-required": required ? "true" : null };
  return options
    ? select(marks, options)
    : el("input", { type: "text", autocomplete: "off", ...attributes, ...marks });
}

/**
 * @param {HTMLFormElement} form
 * @returns {Object} the bot's input: what was filled in and is shown, at its path.
 */
export function valuesOf(form) {
  const body = {};
  for (const each of named(form).filter((one) => !one.closest("[hidden]"))) {
    const value = valueOf(each);
    if (value !== "") {
      put(body, each.name.split(/[.[\]]+/).filter(Boolean), value);
    }
  }
  return body;
}

/** @returns {Array<HTMLElement>} the controls of a form that have a name. */
export function named(form) {
  return [...form.elements].filter((each) => each.name);
}

/** @returns {Array<HTMLElement>} required controls that are shown and empty, now marked as such. */
export function markMissing(form) {
  clearMarks(form);
  const empty = named(form).filter(
    (each) =>
      each.getAttribute("aria-required") === "true" &&
      !each.closest("[hidden]") &&
      each.value.trim() === "",
  );
  empty.forEach((each) => mark(each, COMMON.required));
  empty[0]?.focus();
  return empty;
}

/**
 * Puts each problem beside its field.
 *
 * @param {HTMLFormElement} form
 * @param {unknown} error
 * @param {string} before what failed, as a sentence.
 * @returns {HTMLElement} what to show above the button: the rest.
 */
export function markProblems(form, error, before) {
  clearMarks(form);
  if (!(error instanceof ServerError) || error.problems.length === 0) {
    return errorView(error, before);
  }
  const elsewhere = error.problems.filter(({ path, what }) => {
    const found = form.elements.namedItem(path);
    if (found !== null) {
      mark(found, asSentence(what));
    }
    return found === null;
  });
  form.querySelector("[aria-invalid]")?.focus();
  const { status, details } = error;
  return errorView(new ServerError(error.lead, status, { problems: elsewhere, details }), before);
}

function mark(control, what) {
  control.closest("details")?.setAttribute("open", "");
  const note = el("small", { id: `${control.id}-problem`, class: "problem", "data-mark": true }, what);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", note.id);
  control.after(note);
}

/** Takes all marks away again. */
export function clearMarks(form) {
  form.querySelectorAll("[data-mark]").forEach((note) => note.remove());
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
}

function valueOf(control) {
  if (control.type === "checkbox") {
    return control.checked;
  }
  const text = control.value.trim();
  return { true: true, false: false }[text] ?? text;
}

function put(target, steps, value) {
  const [step, ...rest] = steps;
  if (rest.length === 0) {
    target[step] = value;
    return;
  }
  target[step] ??= /^\d+$/.test(rest[0]) ? [] : {};
  put(target[step], rest, value);
}
