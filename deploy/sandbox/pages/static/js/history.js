/** What is on record about one person, and what happened, as a timeline of the AuditEvents. */

import { el } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { errorView } from "./errors.js";
import { dayAndTime } from "./moments.js";
import { doseSpotRoles, npiOf } from "./people.js";
import { HISTORY, TEAM } from "./words/administrator.js";
import { COMMON, FIELDS } from "./words/common.js";

const ACTION = "urn:prescriber-bots:audit-action";
const RECORDED = "status-recorded";
const MOST = 100;

/** Query for the AuditEvents of statuses that were written down. */
export const STATUS_RECORDED = { subtype: `${ACTION}|${RECORDED}`, _sort: "-_lastUpdated" };

/** @returns {string|undefined} code of what a bot's AuditEvent keeps. */
function auditAction(event) {
  return (event.subtype ?? []).find(({ system }) => system === ACTION)?.code;
}

/**
 * @param {Object} event AuditEvent of a status.
 * @returns {string|undefined} id of the record that says the status: the Practitioner, or the
 *   PractitionerRole at a further clinic.
 */
export function recordOf(event) {
  const key = event.entity?.[0]?.what?.identifier?.value ?? "";
  return /^recorded\.(.+)\.[^.]+$/.exec(key)?.[1];
}

/**
 * @param {{server: FhirServer, statuses: Statuses, placesOf: function(Object): Array<Standing>}} page
 * @param {Standing} standing
 */
export function openHistory(page, standing) {
  const timeline = el("div", { "aria-live": "polite" }, COMMON.loading);
  openDialog(standing.name, (close) => [
    facts(standing),
    el("h3", {}, HISTORY.title),
    timeline,
    el("footer", {}, el("button", { type: "button", onclick: close }, COMMON.close)),
  ]);
  fill(page, standing, timeline);
}

async function fill({ server, statuses, placesOf }, standing, place) {
  const { practitioner } = standing;
  const places = placesOf(practitioner);
  const query = { entity: `Practitioner/${practitioner.id}`, _sort: "-_lastUpdated", _count: MOST };
  try {
    const { resources } = await server.search("AuditEvent", query);
    const shown = resources.filter(
      (event) => auditAction(event) in HISTORY.events && !isElsewhere(event, standing, places),
    );
    place.replaceChildren(
      shown.length > 0
        ? el("ol", { class: "timeline" }, ...shown.map((each) => item(each, statuses, places)))
        : el("p", { class: "soft" }, HISTORY.nothing),
    );
  } catch (error) {
    place.replaceChildren(errorView(error, HISTORY.failed));
  }
}

/** Whether a status was written down that is about another clinic of the same person. */
function isElsewhere(event, standing, places) {
  const record = recordOf(event);
  return places.some((each) => each.key !== standing.key && each.record === record);
}

/** The status that was written down, or the clinic that it is about; empty where neither is known. */
function detailOf(event, statuses, places) {
  const told = event.outcomeDesc ?? "";
  if (auditAction(event) === RECORDED) {
    return statuses.meaning(told.split(",")[0]);
  }
  const number = Number(/ at clinic (\d+)$/.exec(told)?.[1]);
  return places.find(({ clinic }) => clinic?.number === number)?.clinic.name ?? "";
}

function item(event, statuses, places) {
  const what = HISTORY.events[auditAction(event)];
  const tone = event.outcome === "0" ? "done" : "bad";
  return el(
    "li",
    { "data-tone": tone },
    HISTORY.withDetail(what, detailOf(event, statuses, places)),
    el("small", {}, el("time", { datetime: event.recorded }, dayAndTime(event.recorded))),
  );
}

function facts({ practitioner, membership, roles, clinic, guidance, doseSpotId, dea, epcs }) {
  const rows = [
    [TEAM.columns.state, guidance.meaning],
    ...(clinic === null ? [] : [[COMMON.clinic, clinic.name]]),
    [HISTORY.account, HISTORY.accounts[accountOf(membership)]],
    [TEAM.roles, doseSpotRoles(roles).join(", ") || COMMON.none],
    [FIELDS.npi, npiOf(practitioner) ?? HISTORY.missing],
    [FIELDS.dea, dea ? HISTORY.onRecord : COMMON.none],
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
