// The single sign-on link as one would make it with @medplum/core.

import { createHash, randomBytes } from 'node:crypto';

import { CLINICIAN_ID, PATIENT_ID, numberOf } from './systems.mjs';

const PHRASE_LENGTH = 32;
const VERIFIED_LENGTH = 22;

export async function iframe(medplum, { input, secrets }) {
  const me = await medplum.get('auth/me');
  const clinicianId = numberOf(me.membership, CLINICIAN_ID);
  if (!clinicianId) {
    throw new Error('You are not enrolled in DoseSpot yet');
  }
  const patient = await medplum.readResource('Patient', input.patientId);
  const patientId = numberOf(patient, PATIENT_ID);
  if (!patientId) {
    throw new Error('The patient has no DoseSpot id yet');
  }
  const phrase = randomBytes(PHRASE_LENGTH / 2).toString('hex');
  const key = secrets.DOSESPOT_CLINIC_KEY.valueString;
  const query = new URLSearchParams({
    SingleSignOnClinicId: secrets.DOSESPOT_CLINIC_ID.valueString,
    SingleSignOnUserId: clinicianId,
    SingleSignOnPhraseLength: PHRASE_LENGTH,
    SingleSignOnCode: phrase + proof(phrase + key),
    SingleSignOnUserIdVerify: proof(clinicianId + phrase.slice(0, VERIFIED_LENGTH) + key),
    PatientId: patientId,
  });
  return { url: `${secrets.DOSESPOT_IFRAME_URL.valueString}?${query}` };
}

function proof(text) {
  return createHash('sha512').update(text).digest('base64').replace(/==$/, '');
}
