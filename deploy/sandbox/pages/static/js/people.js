/** Reads what the pages show out of FHIR resources; no page and no server here. */

import { ROLES } from "./words/administrator.js";
import { COMMON } from "./words/common.js";

const REGISTRATION_STATUS = "https://dosespot.com/registration-status";
const QUALIFICATION = "https://dosespot.com/qualification";
const ROLE_TYPE = "https://dosespot.com/practitionerrole-type";
const DEA = "http://terminology.hl7.org/NamingSystem/USDEANumber";

/** DoseSpot's clinician roles by code: the number that the enroll bot takes. */
const ROLE_NUMBERS = {
  PrescribingClinician: 1,
  ReportingClinician: 2,
  EpcsCoordinator: 3,
  ClinicianAdmin: 4,
  PrescribingAgentClinician: 5,
  ProxyClinician: 6,
};

/** Number and name of each role. */
export const ROLE_CHOICES = Object.entries(ROLE_NUMBERS).map(([code, number]) => [
  number,
  ROLES.names[code],
]);

/**
 * @param {Object} resource a Practitioner or Patient.
 * @returns {string} the name as people write it.
 */
export function nameOf(resource) {
  const name = preferredName(resource);
  const parts = [name.prefix, name.given, name.family, name.suffix].flat().filter(Boolean);
  return name.text ?? (parts.join(" ") || COMMON.noName);
}

/**
 * @param {Object} resource a Practitioner or Patient.
 * @returns {string} what a list is sorted by: last name first.
 */
export function sortKey(resource) {
  const name = preferredName(resource);
  return [name.family, name.given].flat().filter(Boolean).join(" ") || (name.text ?? "");
}

function preferredName(resource) {
  const names = resource?.name ?? [];
  return names.find((name) => name.use === "official") ?? names[0] ?? {};
}

/**
 * @param {Object} practitioner
 * @returns {string|null} the registration status that is on record.
 */
export function registrationStatus(practitioner) {
  const found = (practitioner.extension ?? []).find((each) => each.url === REGISTRATION_STATUS);
  return found?.valueCode ?? found?.valueString ?? null;
}

/**
 * @param {Object} practitioner
 * @returns {boolean} whether an EPCS qualification is in force.
 */
export function hasEpcs(practitioner) {
  const isEpcs = (coding) => coding.system === QUALIFICATION && coding.code === "epcs";
  return (practitioner.qualification ?? []).some(
    (each) => each.code?.coding?.some(isEpcs) && !each.period?.end,
  );
}

/**
 * @param {Array<Object>} records a Practitioner, and the PractitionerRoles at a clinic.
 * @returns {boolean} whether there is a DEA number, without which EPCS is not wanted.
 */
export function hasDea(records) {
  const identifiers = records.flatMap((each) => each.identifier ?? []);
  return identifiers.some((each) => each.system === DEA && each.value);
}

/**
 * @param {Object|undefined} membership a ProjectMembership.
 * @returns {string|null} the DoseSpot clinician id on it.
 */
export function doseSpotId(membership) {
  const isDoseSpot = (identifier) => identifier.system?.toLowerCase().includes("dosespot");
  return (membership?.identifier ?? []).find(isDoseSpot)?.value ?? null;
}

/**
 * @param {Array<Object>} practitionerRoles the PractitionerRoles of one Practitioner.
 * @returns {Array<string>} names of the DoseSpot roles of those that are in force; an unknown code
 *   is its own name.
 */
export function doseSpotRoles(practitionerRoles) {
  const today = new Date().toISOString().slice(0, 10);
  const codes = practitionerRoles
    .filter((role) => role.active === true && covers(role.period ?? {}, today))
    .flatMap((role) => (role.code ?? []).flatMap((code) => code.coding ?? []))
    .filter((coding) => coding.system === ROLE_TYPE && coding.code)
    .map((coding) => coding.code);
  return [...new Set(codes)].map((code) => ROLES.names[code] ?? code);
}

function covers({ start = "", end = "9999" }, day) {
  return start.slice(0, 10) <= day && day.slice(0, end.length) <= end.slice(0, 10);
}

const NPI = "http://hl7.org/fhir/sid/us-npi";

/**
 * @param {Object} practitioner
 * @returns {string|undefined} the National Provider Identifier.
 */
export function npiOf(practitioner) {
  return (practitioner.identifier ?? []).find((each) => each.system === NPI)?.value;
}

/**
 * @param {Object} practitioner
 * @returns {string} the e-mail address; empty without one.
 */
export function emailOf(practitioner) {
  return (practitioner.telecom ?? []).find((each) => each.system === "email")?.value ?? "";
}
