/** What is on record about one person, and what happened, as a timeline of the AuditEvents. */

import { el } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { errorView } from "./errors.js";
import { dayAndTime } from "./moments.js";
import { doseSpotRoles, hasDea, npiOf } from "./people.js";
import { HISTORY, TEAM } from "./words/administrator.js";
import { COMMON, FIELDS } from "./words/common.js";

const ACTION = "urn:prescriber-bots:audit-action";
const MOST = 100;

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
  const timeline = el("div", { "aria-live": "polite" }, COMMON.loading);
  openDialog(standing.name, (close) => [
    facts(standing),
    el("h3", {}, HISTORY.title),
    timeline,
    el("footer", {}, el("button", { type: "button", onclick: close }, COMMON.close)),
  ]);
  fill(server, standing, timeline);
}

async function fill(server, { practitioner }, place) {
  const query = { entity: `Practitioner/${practitioner.id}`, _sort: "-_lastUpdated", _count: MOST };
  try {
    const { resources } = await server.search("AuditEvent", query);
    const shown = resources.filter((event) => auditAction(event) in HISTORY.events);
    place.replaceChildren(
      shown.length > 0
        ? el("ol", { class: "timeline" }, ...shown.map(item))
        : el("p", { class: "soft" }, HISTORY.nothing),
    );
  } catch (error) {
    place.replaceChildren(errorView(error, HISTORY.failed));
  }
}

function item(event) {
  const code = auditAction(event);
  const tone = event.outcome === "0" ? "done" : "bad";
  return el(
    "li",
    { "data-tone": tone },
    HISTORY.events[code],
    el("small", {}, el("time", { datetime: event.recorded }, dayAndTime(event.recorded))),
  );
}

function facts({ practitioner, membership, roles, clinic, guidance, doseSpotId, epcs }) {
  const rows = [
    [TEAM.columns.state, guidance.meaning],
    ...(clinic === null ? [] : [[COMMON.clinic, clinic.name]]),
    [HISTORY.account, HISTORY.accounts[accountOf(membership)]],
    [TEAM.roles, doseSpotRoles(roles).join(", ") || COMMON.none],
    [FIELDS.npi, npiOf(practitioner) ?? HISTORY.missing],
    [FIELDS.dea, hasDea(practitioner) ? HISTORY.onRecord : COMMON.none],
    [HISTORY.doseSpotNumber, doseSpotId ?? COMMON.none],
    [COMMON.controlled, epcs ? COMMON.enabled : COMMON.notEnabled],
  ];
  return el("dl", { class: "facts" }, ...rows.flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v)]));
}

function accountOf(membership) {
  if (membership === undefined) {
    return "none";
  }
  return membership.admin ? "administrator" : "member";
}
