// Signs a person in with an unmodified MedplumClient, runs bots one after another, and prints what
// came of it as JSON. Reads {baseUrl, email, password, calls: [{bot, input}]} from standard input.

import { MedplumClient } from '@medplum/core';
import { readFileSync } from 'node:fs';

const BOTS = 'https://www.medplum.com/bots';

// What a browser has and MedplumClient keeps its PKCE code verifier in.
const kept = new Map();
globalThis.sessionStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, String(value)),
  clear: () => kept.clear(),
};

async function run(medplum, { bot, input }) {
  try {
    return { result: await medplum.executeBot({ system: BOTS, value: bot }, input) };
  } catch (error) {
    return { error: { name: error.name, message: error.message, outcome: error.outcome ?? null } };
  }
}

const { baseUrl, email, password, calls } = JSON.parse(readFileSync(0, 'utf8'));
const medplum = new MedplumClient({ baseUrl });
const login = await medplum.startLogin({ email, password });
const profile = await medplum.processCode(login.code, { redirectUri: 'http://localhost/' });

const answers = [];
for (const call of calls) {
  answers.push(await run(medplum, call));
}
console.log(JSON.stringify({ profile: `${profile.resourceType}/${profile.id}`, answers }));
process.exit(0); // the client's timers would keep the process alive
