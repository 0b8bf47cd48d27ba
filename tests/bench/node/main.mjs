// Enrolls somebody once, then runs the bot as each line of standard input says, as `steady 40`:
// `node bundle.mjs [plain] PAYLOAD`.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { handler } from './bot.mjs';

const plain = process.argv[2] === 'plain';
const events = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));
console.log(JSON.stringify(await handler(events.create, plain)));

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, times] = line.split(' ');
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (let run = 0; run < Number(times); run++) {
    await handler(events[kind], plain);
  }
  const { user, system } = process.cpuUsage(cpu);
  const wall_s = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(JSON.stringify({ wall_s, cpu_s: (user + system) / 1e6 }));
}
process.exit(0);
