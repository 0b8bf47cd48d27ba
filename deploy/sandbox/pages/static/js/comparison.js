/** What is on record about somebody beside what was typed, where somebody exists already. */

import { el } from "./dom.js";
import { nameOf } from "./people.js";
import { COMMON, FIELDS } from "./words/common.js";
import { COMPARISON } from "./words/form.js";

const DEA = "http://terminology.hl7.org/NamingSystem/USDEANumber";

/**
 * @param {Object} practitioner as it is on record.
 * @param {Object} typed the form's body.
 * @returns {HTMLElement} a table of what would change.
 */
export function comparison(practitioner, typed) {
  const rows = pairs(practitioner, typed)
    .filter(([, before, after]) => after !== "" && normal(before) !== normal(after))
    .map(([label, before, after]) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, label),
        el("td", {}, before === "" ? COMMON.none : el("del", {}, before)),
        el("td", {}, el("ins", {}, after)),
      ),
    );
  if (rows.length === 0) {
    return el("p", {}, COMPARISON.same);
  }
  const { field, onRecord, inForm } = COMPARISON;
  const heads = [field, onRecord, inForm].map((head) => el("th", { scope: "col" }, head));
  return el(
    "table",
    { class: "compare" },
    el("thead", {}, el("tr", {}, ...heads)),
    el("tbody", {}, ...rows),
  );
}

function pairs(practitioner, typed) {
  const { mailingAddress = {}, details = {} } = typed;
  const place = practitioner.address?.find(({ type }) => type !== "postal") ?? {};
  return [
    [FIELDS.name, nameWithoutTitles(practitioner), words(typed.fName, typed.mName, typed.lName)],
    [FIELDS.birthDate, practitioner.birthDate ?? "", typed.dateOfBirth ?? ""],
    [FIELDS.email, contact(practitioner, "email"), typed.email ?? ""],
    [FIELDS.phone, contact(practitioner, "phone"), typed.phone ?? ""],
    [FIELDS.fax, contact(practitioner, "fax"), typed.fax ?? ""],
    [FIELDS.dea, identifier(practitioner, DEA), details.dea ?? ""],
    [FIELDS.street, words(...(place.line ?? [])), words(mailingAddress.address1, mailingAddress.address2)],
    [FIELDS.city, place.city ?? "", mailingAddress.city ?? ""],
    [FIELDS.state, place.state ?? "", mailingAddress.state ?? ""],
    [FIELDS.zip, place.postalCode ?? "", mailingAddress.zipCode ?? ""],
  ];
}

function nameWithoutTitles(practitioner) {
  const [{ given = [], family } = {}] = practitioner.name ?? [];
  return words(...given, family) || nameOf(practitioner);
}

function contact(practitioner, system) {
  return (practitioner.telecom ?? []).find((each) => each.system === system)?.value ?? "";
}

function identifier(practitioner, system) {
  return (practitioner.identifier ?? []).find((each) => each.system === system)?.value ?? "";
}

function words(...parts) {
  return parts.filter(Boolean).join(" ");
}

/** Phones and ZIP codes are the same however they are spelled. */
function normal(text) {
  return text.toLowerCase().replaceAll(/^\+1|[\s().\-+]/g, "");
}
