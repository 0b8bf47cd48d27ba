// Asks Medplum's own validator. Reads {resources: [...], examples: [{profile, type, value}]} from
// standard input, where `profile` is a StructureDefinition's url, and prints as JSON
//   resources: for each, the issues of the resource as such;
//   examples: for each, {errors, warnings}: the issues with its profile, and with one whose own
//     warnings are errors;
//   snapshots: by url, the snapshot that each StructureDefinition among the resources should have.

import { indexStructureDefinitionBundle, validateTypedValue } from '@medplum/core';
import { readFileSync } from 'node:fs';
import { base } from './base.mjs';
import { snapshotElements } from './snapshots.mjs';

function issues(type, value, profile) {
  try {
    return validateTypedValue({ type, value }, { profile });
  } catch (error) {
    return error.outcome?.issue ?? [{ severity: 'fatal', details: { text: String(error) } }];
  }
}

// FHIR's own invariants name their source; ours do not.
function withWarningsAsErrors(profile) {
  const strict = structuredClone(profile);
  for (const { constraint = [] } of strict.snapshot.element) {
    constraint.filter(({ source }) => !source).forEach((rule) => (rule.severity = 'error'));
  }
  return strict;
}

indexStructureDefinitionBundle(base);
const { resources, examples } = JSON.parse(readFileSync(0, 'utf8'));
const definitions = resources.filter((one) => one.resourceType === 'StructureDefinition');
const profiles = new Map(definitions.map((one) => [one.url, one]));
const snapshots = await snapshotElements(definitions);

console.log(
  JSON.stringify({
    resources: resources.map((one) => issues(one.resourceType, one)),
    examples: examples.map(({ type, value, profile }) => ({
      errors: issues(type, value, profiles.get(profile)),
      warnings: issues(type, value, withWarningsAsErrors(profiles.get(profile))),
    })),
    snapshots: Object.fromEntries(definitions.map(({ url }, index) => [url, snapshots[index]])),
  })
);
