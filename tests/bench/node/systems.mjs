// Where the systems' numbers stand in FHIR.

export const CLINICIAN_ID = 'https://dosespot.com/clinician-identifier';
export const PATIENT_ID = 'https://dosespot.com/patient-id';

export function numberOf(resource, system) {
  const found = resource.identifier?.find((one) => one.system === system)?.value;
  return found && Number(found);
}
