// Writes the snapshots into the StructureDefinitions of the folder named on the command line.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotElements } from './snapshots.mjs';

const folder = process.argv[2];
const files = readdirSync(folder)
  .filter((name) => name.startsWith('StructureDefinition-'))
  .map((name) => join(folder, name));
const definitions = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const snapshots = await snapshotElements(definitions);
definitions.forEach((definition, index) => {
  const written = { ...definition, snapshot: { element: snapshots[index] } };
  writeFileSync(files[index], `${JSON.stringify(written, null, 2)}\n`);
});
