// Runs JavaScript bots as a Medplum server does (`vmcontext`: with these globals and no others), each
// in a context of its own: for each line {code, payload} on standard input, of which the payload is
// Lambda's, prints a line that says what came of it.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import vm from 'node:vm';

const require = createRequire(import.meta.url);

async function outcome({ code, payload }) {
  const { baseUrl, accessToken, ...event } = payload;
  const medplum = { getBaseUrl: () => baseUrl, getAccessToken: () => accessToken };
  const globals = { console, fetch, require, URL, URLSearchParams, TextEncoder, medplum, event };
  const wrapped = `const exports = {}; const module = {exports};
${code}
(async () => exports.handler(medplum, event))();`;
  try {
    return { result: await vm.runInNewContext(wrapped, globals) };
  } catch (error) {
    return { error: { errorType: error.name, errorMessage: error.message } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await outcome(JSON.parse(line))));
}
