/** Where everybody stands, per person and clinic: reads records, and knows no page. */

import { doseSpotId, hasDea, hasEpcs, nameOf, registrationStatus, sortKey } from "./people.js";
import { COMMON } from "./words/common.js";

/**
 * @typedef {{id: string, name: string, number: number, address: Object|undefined,
 *   isOwn: boolean}} Clinic an Organization that stands for a DoseSpot clinic, DoseSpot's number of
 *   it, and whether it is the project's own.
 */

/** System of DoseSpot's number on the Organization of a clinic. */
export const CLINIC = "https://dosespot.com/clinic-id";
const EPCS_ENABLED = "urn:prescriber-bots:epcs-enabled";

/**
 * @typedef {{practitioner: Object, membership: Object|undefined, roles: Array<Object>,
 *   clinic: Clinic|null}} Entry one Practitioner at one clinic, with the ProjectMembership and the
 *   PractitionerRoles; the clinic is null where there is one only.
 * @typedef {Entry & {key: string, record: string|undefined, name: string, sortKey: string,
 *   doseSpotId: string|null, dea: boolean, epcs: boolean, status: string|null, guidance: Guidance,
 *   changed: string|undefined}} Standing `record` is the id of what says the status there.
 */

/**
 * @param {{practitioners: Array<Object>, memberships: Array<Object>, roles: Array<Object>,
 *   organizations: Array<Object>}} records
 * @param {Statuses} statuses
 * @param {number|undefined} own see `clinicsAmong`.
 * @returns {Array<Standing>} sorted by name.
 */
export function standingsOf(records, statuses, own) {
  const { practitioners, memberships, roles, organizations } = records;
  const membershipOf = new Map(memberships.map((each) => [each.profile?.reference, each]));
  const rolesOf = Map.groupBy(roles, (role) => role.practitioner?.reference);
  const found = clinicsAmong(organizations, own);
  const clinics = found.length > 1 ? found : [];
  return practitioners
    .flatMap((practitioner) => {
      const reference = `Practitioner/${practitioner.id}`;
      const entry = {
        practitioner,
        membership: membershipOf.get(reference),
        roles: rolesOf.get(reference) ?? [],
      };
      return placesOf(entry.roles, clinics).map((clinic) =>
        standingOf({ ...entry, clinic }, statuses, clinic?.isOwn ?? true),
      );
    })
    .sort((a, b) => a.sortKey.localeCompare(b.sortKey));
}

/**
 * @param {Array<Object>} organizations
 * @param {number|undefined} own DoseSpot's number of the project's own clinic; without one, or where
 *   no Organization has it, the lowest number is taken for it.
 * @returns {Array<Clinic>} those that are clinics, the project's own first.
 */
export function clinicsAmong(organizations, own) {
  return organizations
    .map((each) => ({
      id: each.id,
      name: each.name ?? COMMON.clinic,
      number: numberOf(each),
      address: each.address?.[0],
    }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => (b.number === own) - (a.number === own) || a.number - b.number)
    .map((each, index) => ({ ...each, isOwn: index === 0 }));
}

function numberOf(organization) {
  const found = (organization.identifier ?? []).find(({ system }) => system === CLINIC);
  return Number(found?.value ?? 0);
}

/**
 * The clinics at which somebody works. A role that names no other clinic is at the project's own,
 * and so is who has no role; a project's only clinic is null.
 */
function placesOf(roles, [own = null, ...others]) {
  const elsewhere = others.filter(({ id }) => rolesAt(roles, id).length > 0);
  const names = new Set(others.map(({ id }) => `Organization/${id}`));
  const isHere = roles.some(
    ({ active, organization }) => active === true && !names.has(organization?.reference),
  );
  return isHere || elsewhere.length === 0 ? [own, ...elsewhere] : elsewhere;
}

function rolesAt(roles, organizationId) {
  const reference = `Organization/${organizationId}`;
  return roles.filter((role) => role.active === true && role.organization?.reference === reference);
}

/** The project's own clinic is told of by the Practitioner, any other by the PractitionerRole. */
function standingOf(entry, statuses, isOwn) {
  const { practitioner, membership, roles, clinic } = entry;
  const told = isOwn ? practitioner : (rolesAt(roles, clinic.id).find(hasStatus) ?? {});
  const enrolled = isOwn || registrationStatus(told) !== null ? doseSpotId(membership) : null;
  const here = clinic === null ? roles.filter(({ active }) => active) : rolesAt(roles, clinic.id);
  const facts = { dea: hasDea([practitioner, ...here]), doseSpotId: enrolled };
  return {
    ...entry,
    key: keyOf(practitioner.id, clinic?.id),
    record: told.id,
    name: nameOf(practitioner),
    sortKey: sortKey(practitioner),
    ...facts,
    epcs: isOwn ? hasEpcs(practitioner) : hasEpcsExtension(told),
    status: registrationStatus(told),
    guidance: statuses.guidance(registrationStatus(told), facts),
    changed: told.meta?.lastUpdated,
  };
}

/** @returns {string} what names one person at one clinic, or at their project's only one. */
export function keyOf(practitionerId, clinicId = "") {
  return `${practitionerId}@${clinicId}`;
}

/** @returns {{organizationId: string}|{}} what tells a bot the clinic, where there are several. */
export function namingOf(clinic) {
  return clinic === null ? {} : { organizationId: clinic.id };
}

/**
 * @param {{assigner: {reference: string}|undefined}} identifier DoseSpot's of a patient or Task.
 * @param {Clinic|null} clinic null where there is one only.
 * @returns {boolean} whether the clinic has given it; one that names no clinic is the own clinic's.
 */
export function isGivenAt({ assigner }, clinic) {
  const isNamed = assigner?.reference === `Organization/${clinic?.id}`;
  return clinic === null || isNamed || (clinic.isOwn && !assigner);
}

function hasStatus(role) {
  return registrationStatus(role) !== null;
}

function hasEpcsExtension(role) {
  return (role.extension ?? []).some((each) => each.url === EPCS_ENABLED && each.valueBoolean);
}
