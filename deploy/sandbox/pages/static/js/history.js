/** What is on record about one person, and what happened, as a timeline of the AuditEvents. */

import { el } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { errorView } from "./errors.js";
import { dayAndTime } from "./moments.js";
import { doseSpotRoles, hasDea, npiOf } from "./people.js";

const ACTION = "urn:prescriber-bots:audit-action";
const MOST = 100;

/** What the bots keep, in words. */
const WHAT = {
  "clinician-created": "Enrolled in DoseSpot",
  "clinician-linked": "Connected with their DoseSpot account",
  "clinician-changed": "Details updated in DoseSpot",
  "idp-initialized": "Identity proofing started",
  "tfa-initialized": "Two-factor authentication started",
  "supervisor-set": "Supervisor changed",
  "practitioner-created": "Added as a prescriber",
  "practitioner-changed": "Record changed by the form",
  "role-granted": "Role given",
  "consent-recorded": "Consent recorded",
  "member-invited": "Invited to the project",
  "npi-checked": "NPI looked up in the registry",
  "status-recorded": "Status updated from DoseSpot",
  "attempt-refused": "An attempt was refused",
};

/** What happened that changes where somebody stands. */
export const STANDING_CHANGES = new Set([
  "clinician-created",
  "idp-initialized",
  "tfa-initialized",
  "status-recorded",
]);

/** @returns {string|undefined} code of what a bot's AuditEvent keeps. */
export function auditAction(event) {
  return (event.subtype ?? []).find(({ system }) => system === ACTION)?.code;
}

/**
 * @param {FhirServer} server
 * @param {Standing} standing
 */
export function openHistory(server, standing) {
  const timeline = el("div", { "aria-live": "polite" }, "Loading …");
  openDialog(standing.name, (close) => [
    facts(standing),
    el("h3", {}, "History"),
    timeline,
    el("footer", {}, el("button", { type: "button", onclick: close }, "Close")),
  ]);
  fill(server, standing, timeline);
}

async function fill(server, { practitioner }, place) {
  const query = { entity: `Practitioner/${practitioner.id}`, _sort: "-_lastUpdated", _count: MOST };
  try {
    const { resources } = await server.search("AuditEvent", query);
    const shown = resources.filter((event) => auditAction(event) in WHAT);
    place.replaceChildren(
      shown.length > 0
        ? el("ol", { class: "timeline" }, ...shown.map(item))
        : el("p", { class: "soft" }, "Nothing has happened yet. Enroll this person to begin."),
    );
  } catch (error) {
    place.replaceChildren(errorView(error, "The history could not be loaded."));
  }
}

function item(event) {
  const code = auditAction(event);
  const tone = event.outcome === "0" ? "done" : "bad";
  return el(
    "li",
    { "data-tone": tone },
    WHAT[code],
    el("small", {}, el("time", { datetime: event.recorded }, dayAndTime(event.recorded))),
  );
}

function facts({ practitioner, membership, roles, clinic, guidance, doseSpotId, epcs }) {
  const rows = [
    ["Where they stand", guidance.meaning],
    ...(clinic === null ? [] : [["Clinic", clinic.name]]),
    ["Account", membership === undefined ? "None" : membership.admin ? "Administrator" : "Yes"],
    ["Roles", doseSpotRoles(roles).join(", ") || "None"],
    ["NPI", npiOf(practitioner) ?? "Missing"],
    ["DEA number", hasDea(practitioner) ? "On record" : "None"],
    ["DoseSpot number", doseSpotId ?? "None"],
    ["Controlled substances", epcs ? "Enabled" : "Not enabled"],
  ];
  return el("dl", { class: "facts" }, ...rows.flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v)]));
}
