// Enrolls somebody once, then runs the bot as each line of standard input says, as `steady 40`.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { handler } from './bot.mjs';

const events = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(JSON.stringify(await handler(events.create)));

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
