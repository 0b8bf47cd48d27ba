// The patient sync as one would write it with @medplum/core, as far as a patient goes who is in
// DoseSpot already.

import { CLINICIAN_ID, PATIENT_ID, numberOf } from './systems.mjs';

export async function patientSync(medplum, { input }) {
  const me = await medplum.get('auth/me');
  if (!numberOf(me.membership, CLINICIAN_ID)) {
    throw new Error('You are not enrolled in DoseSpot yet');
  }
  const patient = await medplum.readResource('Patient', input.patientId);
  const doseSpotPatientId = numberOf(patient, PATIENT_ID);
  if (!doseSpotPatientId) {
    throw new Error('Sending a patient to DoseSpot is not part of this run');
  }
  return { doseSpotPatientId, status: 'unchanged' };
}
