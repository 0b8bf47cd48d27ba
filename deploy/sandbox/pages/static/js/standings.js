/** Where everybody stands, per person and clinic: reads records, and knows no page. */

import { doseSpotId, hasDea, hasEpcs, nameOf, registrationStatus, sortKey } from "./people.js";
import { COMMON } from "./words/common.js";

const CLINIC = "https://dosespot.com/clinic-id";
const EPCS_ENABLED = "urn:prescriber-bots:epcs-enabled";

/**
 * @typedef {{practitioner: Object, membership: Object|undefined, roles: Array<Object>,
 *   clinic: {id: string, name: string}|null}} Entry one Practitioner at one clinic, with the
 *   ProjectMembership and the PractitionerRoles; the clinic is null where there is one only.
 * @typedef {Entry & {key: string, name: string, sortKey: string, doseSpotId: string|null,
 *   epcs: boolean, guidance: Guidance, changed: string|undefined}} Standing
 */

/**
 * @param {{practitioners: Array<Object>, memberships: Array<Object>, roles: Array<Object>,
 *   organizations: Array<Object>}} records
 * @param {Statuses} statuses
 * @returns {Array<Standing>} sorted by name.
 */
export function standingsOf({ practitioners, memberships, roles, organizations }, statuses) {
  const membershipOf = new Map(memberships.map((each) => [each.profile?.reference, each]));
  const rolesOf = Map.groupBy(roles, (role) => role.practitioner?.reference);
  const clinics = clinicsAmong(organizations);
  return practitioners
    .flatMap((practitioner) => {
      const reference = `Practitioner/${practitioner.id}`;
      const entry = {
        practitioner,
        membership: membershipOf.get(reference),
        roles: rolesOf.get(reference) ?? [],
      };
      return placesOf(entry.roles, clinics).map((clinic) =>
        standingOf({ ...entry, clinic }, statuses, clinic === null || clinic === clinics[0]),
      );
    })
    .sort((a, b) => a.sortKey.localeCompare(b.sortKey));
}

/** The project's clinics if there are several, its own first, which has the lowest number. */
function clinicsAmong(organizations) {
  const found = organizations
    .map((each) => ({ id: each.id, name: each.name ?? COMMON.clinic, number: numberOf(each) }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => a.number - b.number);
  return found.length > 1 ? found : [];
}

function numberOf(organization) {
  const found = (organization.identifier ?? []).find(({ system }) => system === CLINIC);
  return Number(found?.value ?? 0);
}

/** The clinics at which somebody works; their project's only clinic is null. */
function placesOf(roles, clinics) {
  const places = clinics.filter(({ id }) => rolesAt(roles, id).length > 0);
  return places.length > 0 ? places : [null];
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
  const facts = { dea: hasDea(practitioner), doseSpotId: enrolled };
  return {
    ...entry,
    key: `${practitioner.id}@${clinic?.id ?? ""}`,
    name: nameOf(practitioner),
    sortKey: sortKey(practitioner),
    doseSpotId: enrolled,
    epcs: isOwn ? hasEpcs(practitioner) : hasEpcsExtension(told),
    guidance: statuses.guidance(registrationStatus(told), facts),
    changed: told.meta?.lastUpdated,
  };
}

function hasStatus(role) {
  return registrationStatus(role) !== null;
}

function hasEpcsExtension(role) {
  return (role.extension ?? []).some((each) => each.url === EPCS_ENABLED && each.valueBoolean);
}
