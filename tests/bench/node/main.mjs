// Runs bots once each, then one as each line of standard input says, as `steady 40`:
// `node bundle.mjs [plain] PAYLOADS RUN ...`. It prints the answers of the named runs as one line.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { MedplumClient } from '@medplum/core';

import { iframe } from './iframe.mjs';
import { patientSync } from './patient_sync.mjs';
import { selfEnroll } from './self_enroll.mjs';

const BOTS = {
  'dosespot-self-enroll-prescriber-bot': selfEnroll,
  'dosespot-patient-sync-bot': patientSync,
  'dosespot-iframe-bot': iframe,
};

const given = process.argv.slice(2);
const plain = given[0] === 'plain';
const [payloads, ...kinds] = plain ? given.slice(1) : given;
const events = JSON.parse(readFileSync(payloads, 'utf8'));

function handler(event) {
  const { bot, baseUrl, accessToken, traceId } = event;
  const medplum = new MedplumClient({
    baseUrl,
    fetch: (url, options = {}) => {
      options.headers = { ...options.headers, 'x-trace-id': traceId, traceparent: traceId };
      return fetch(url, options);
    },
  });
  medplum.setAccessToken(accessToken);
  return BOTS[bot.display](medplum, event, plain);
}

const answers = [];
for (const kind of kinds) {
  answers.push(await handler(events[kind]));
}
console.log(JSON.stringify(answers));

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, times] = line.split(' ');
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (let run = 0; run < Number(times); run++) {
    await handler(events[kind]);
  }
  const { user, system } = process.cpuUsage(cpu);
  const wall_s = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(JSON.stringify({ wall_s, cpu_s: (user + system) / 1e6 }));
}
process.exit(0);
