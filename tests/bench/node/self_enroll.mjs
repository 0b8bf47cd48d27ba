// Self-enrollment as one would write it with @medplum/core: one call after the other, and nothing
// written that is there already.
// The `plain` one neither claims the prescriber nor keeps a trail, and does not look whether the
// DoseSpot id is on another membership too.

import { randomBytes } from 'node:crypto';

import { getReferenceString } from '@medplum/core';

import { DoseSpot } from './dosespot.mjs';
import { CLINICIAN_ID } from './systems.mjs';

const CLAIM = 'https://example.com/enrollment-claim';
const AUDIT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
const AUDIT_ACTION = 'https://example.com/audit-action';
const STATUS = 'https://dosespot.com/registration-status';
const ROLE_TYPE = 'https://dosespot.com/practitionerrole-type';
const NPI = 'http://hl7.org/fhir/sid/us-npi';
const DEA = 'http://terminology.hl7.org/NamingSystem/USDEANumber';

export async function selfEnroll(medplum, { requester, secrets, input }, plain) {
  const dosespot = new DoseSpot(secrets);
  const trail = [];
  const me = await medplum.get('auth/me');
  if (me.profile.resourceType !== 'Bot' && getReferenceString(me.profile) !== requester.reference) {
    throw new Error("The access token is another person's");
  }
  let practitioner = await medplum.readReference(requester);
  const roles = await medplum.searchResources('PractitionerRole', {
    practitioner: requester.reference,
  });
  const granted = grantedRoles(roles, practitioner);
  if (!granted.length) {
    throw new Error('You are not authorized for DoseSpot yet');
  }
  let membership = await medplum.searchOne('ProjectMembership', { profile: requester.reference });
  const linked = membership.identifier?.find((one) => one.system === CLINICIAN_ID)?.value;
  if (linked && !plain) {
    const holders = await medplum.searchResources('ProjectMembership', { identifier: linked });
    if (holders.length > 1) {
      throw new Error('The DoseSpot id is on several memberships');
    }
  }
  let clinicianId = linked ? Number(linked) : await findClinician(dosespot, practitioner);
  const created = !clinicianId;
  if (created) {
    const project = await medplum.readReference(membership.project);
    const limit = project.systemSetting?.find((one) => one.name === 'dosespotMaxClinicians');
    if (limit?.valueInteger > 0) {
      throw new Error('Counting clinicians is not part of this run');
    }
    if (!plain) {
      membership = await medplum.updateResource(claimed(membership));
    }
    const record = clinicianRecord(practitioner, granted, input, dosespot.clinicId);
    clinicianId = (await dosespot.ok('POST', 'api/clinicians', record)).Id;
    trail.push(auditEvent('clinician-created', requester));
    if (!plain) {
      await save(medplum, trail.splice(0));
    }
  }
  if (!linked) {
    const identifier = { system: CLINICIAN_ID, value: String(clinicianId) };
    membership = await medplum.updateResource({
      ...membership,
      identifier: [...unclaimed(membership), identifier],
    });
    trail.push(auditEvent('clinician-linked', requester));
  }
  const path = `api/clinicians/${clinicianId}`;
  const clinician = (await dosespot.ok('GET', path)).Item;
  const status = (await dosespot.ok('GET', `${path}/registrationStatus`)).Item;
  const agreements = (await dosespot.ok('GET', `${path}/legalAgreements`)).Items;
  const pending = agreements.some((one) => !one.AgreementDate);
  if (practitioner.extension?.find((one) => one.url === STATUS)?.valueCode !== status) {
    const others = (practitioner.extension ?? []).filter((one) => one.url !== STATUS);
    practitioner = await medplum.updateResource({
      ...practitioner,
      extension: [...others, { url: STATUS, valueCode: status }],
    });
    trail.push(auditEvent('status-recorded', requester));
  }
  if (trail.length && !plain) {
    await save(medplum, trail);
  }
  return {
    status: created ? 'created' : 'already_enrolled',
    doseSpotClinicianId: clinicianId,
    registrationStatus: status,
    epcsEnabled: status === 'TFAActivatedSuccess' && clinician.Active && clinician.Confirmed,
    nextSteps: pending ? ['Sign the legal agreements in DoseSpot.'] : [],
  };
}

function unclaimed(membership) {
  return (membership.identifier ?? []).filter((one) => one.system !== CLAIM);
}

function claimed(membership) {
  const claim = {
    system: CLAIM,
    value: randomBytes(16).toString('hex'),
    period: { end: new Date(Date.now() + 60_000).toISOString() },
  };
  return { ...membership, identifier: [...unclaimed(membership), claim] };
}

function auditEvent(action, requester) {
  return {
    resourceType: 'AuditEvent',
    type: { system: AUDIT_TYPE, code: 'object' },
    subtype: [{ system: AUDIT_ACTION, code: action }],
    action: 'E',
    recorded: new Date().toISOString(),
    outcome: '0',
    agent: [{ who: { reference: requester.reference }, requestor: true }],
    source: { observer: { display: 'self_enroll' } },
    entity: [{ what: { reference: requester.reference } }],
  };
}

async function save(medplum, events) {
  await medplum.executeBatch({
    resourceType: 'Bundle',
    type: 'batch',
    entry: events.map((resource) => ({
      request: { method: 'POST', url: 'AuditEvent' },
      resource,
    })),
  });
}

async function findClinician(dosespot, practitioner) {
  const npi = practitioner.identifier.find((one) => one.system === NPI)?.value;
  const found = await dosespot.call('GET', `api/clinician?npi=${npi}`);
  return found.Result.ResultCode === 'OK' ? found.Id : 0;
}

function grantedRoles(roles, practitioner) {
  return roles
    .filter((role) => role.active && role.practitioner.reference.endsWith(practitioner.id))
    .flatMap((role) => role.code ?? [])
    .flatMap((concept) => concept.coding ?? [])
    .filter((coding) => coding.system === ROLE_TYPE)
    .map((coding) => coding.code);
}

function clinicianRecord(practitioner, roles, input, clinicId) {
  const name = practitioner.name[0];
  const address = practitioner.address[0];
  const contact = (system) => practitioner.telecom.find((one) => one.system === system)?.value;
  const phone = (value) => value.replace(/\D/g, '');
  return {
    Prefix: name.prefix?.join(' '),
    FirstName: name.given[0],
    MiddleName: name.given.slice(1).join(' '),
    LastName: name.family,
    DateOfBirth: practitioner.birthDate,
    Email: contact('email'),
    Address1: address.line[0],
    Address2: address.line[1],
    City: address.city,
    State: address.state,
    ZipCode: address.postalCode,
    PrimaryPhone: phone(contact('phone')),
    PrimaryPhoneType: 'Work',
    PrimaryFax: phone(contact('fax')),
    DEANumbers: practitioner.identifier
      .filter((one) => one.system === DEA)
      .map((one) => ({ DEANumber: one.value, State: one.assigner.display, ClinicId: clinicId })),
    MedicalLicenseNumbers: input.medicalLicenseNumbers ?? [],
    NPINumber: practitioner.identifier.find((one) => one.system === NPI).value,
    ClinicianRoleType: roles,
    EPCSRequested: true,
    Active: practitioner.active ?? true,
  };
}
