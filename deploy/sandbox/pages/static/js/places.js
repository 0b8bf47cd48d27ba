/** Where a prescriber works: each location opens to the numbers that they have for it. */

import { el, field } from "./dom.js";
import { control, tick } from "./form_fields.js";
import { FIELDS } from "./words/common.js";
import { DETAILS } from "./words/details.js";
import { STATES } from "./words/states.js";

/** Name of the choice among all locations. */
export const DEFAULT = "default";

/**
 * @param {Array<Object>} places of the details bot's answer.
 * @param {Array<string>} fixed paths of the fields that can't be changed.
 * @returns {HTMLElement} a section with all of them.
 */
export function placesSection(places, fixed) {
  const open = places.findIndex((place) => place.useAsDefault);
  const items = places.map((place, index) => onePlace(place, index, fixed, index === Math.max(open, 0)));
  return el(
    "section",
    { class: "places", "aria-labelledby": "places" },
    el("h3", { id: "places" }, DETAILS.places),
    ...(items.length ? items : [el("p", { class: "notice" }, DETAILS.noPlace)]),
    items.length ? el("p", { class: "soft" }, DETAILS.morePlaces) : "",
  );
}

function onePlace(place, index, fixed, open) {
  const path = `locations[${index}]`;
  const name = place.name || DETAILS.unnamed;
  const numbers = [
    place.state ? null : [`${path}.state`, DETAILS.stateOfNumbers, { options: STATES }],
    [`${path}.deaNumber`, FIELDS.dea],
    [`${path}.naDeaNumber`, FIELDS.nadean],
    [`${path}.medicalLicenseNumber`, licenseLabel(place.state)],
  ];
  const fields = numbers
    .filter(Boolean)
    .map(([each, label, spec = {}]) =>
      fixed.includes(each)
        ? stated(label, place[each.slice(path.length + 1)])
        : field(label, control(each, spec)),
    );
  return el(
    "details",
    { class: "place", open },
    el(
      "summary",
      {},
      el("span", { class: "place-name" }, name),
      place.address ? el("span", { class: "soft" }, place.address) : "",
    ),
    el(
      "fieldset",
      { "aria-label": name },
      el("input", { type: "hidden", name: `${path}.practitionerRoleId`, value: place.practitionerRoleId }),
      defaultChoice(place, index),
      el("div", { class: "fields" }, ...fields),
    ),
  );
}

function defaultChoice(place, index) {
  const { input, node } = tick(DEFAULT, DETAILS.useAsDefault, place.useAsDefault);
  input.type = "radio";
  input.value = String(index);
  return node;
}

function licenseLabel(state) {
  const [, name] = STATES.find(([code]) => code !== "" && code === state) ?? [];
  return name ? DETAILS.license(name) : FIELDS.license;
}

/** @returns {HTMLElement} what is on record and stays, in the place of a field. */
export function stated(label, value) {
  return el("dl", { class: "stated" }, el("dt", {}, label), el("dd", {}, value));
}
