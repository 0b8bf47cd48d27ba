// The snapshots of our StructureDefinitions: R4's elements, changed as the differentials say.

import { FhirSnapshotGenerator } from 'fhir-snapshot-generator';
import { base } from './base.mjs';

const CORE = { id: 'hl7.fhir.r4.core', version: '4.0.1' };
const OURS = { id: 'prescriber-bots', version: '1.0.0' };

// The generator looks definitions up in FHIR packages; this finds them in memory instead.
class Definitions {
  constructor(ours) {
    const plain = ours.map(({ snapshot, ...rest }) => rest);
    this.all = [...plain.map(filed(OURS)), ...base.map(filed(CORE))];
  }

  async resolve({ package: _, ...wanted }) {
    const found = this.all.find((one) => Object.entries(wanted).every(([k, v]) => one[k] === v));
    if (!found) {
      throw new Error(`No StructureDefinition with ${JSON.stringify(wanted)}`);
    }
    return structuredClone(found);
  }

  resolveMeta(wanted) {
    return this.resolve(wanted);
  }

  async getDirectDependencies() {
    return [CORE];
  }

  getCachePath() {
    return '';
  }
}

function filed({ id, version }) {
  return (definition) => ({
    ...definition,
    filename: definition.url,
    __packageId: id,
    __packageVersion: version,
  });
}

// The snapshot elements of each of these StructureDefinitions, in their order.
export async function snapshotElements(ours) {
  const options = { fpe: new Definitions(ours), fhirVersion: '4.0.1', cacheMode: 'none' };
  const generator = await FhirSnapshotGenerator.create(options);
  const made = [];
  for (const { url } of ours) {
    made.push((await generator.getSnapshot(url)).snapshot.element);
  }
  return made;
}
