// Runs a JavaScript bot as a Medplum server does (`vmcontext`: with these globals and no others) and
// prints what came of it. Reads {code, payload} from standard input; the payload is Lambda's.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const { code, payload } = JSON.parse(readFileSync(0, 'utf8'));
const { baseUrl, accessToken, ...event } = payload;
const medplum = { getBaseUrl: () => baseUrl, getAccessToken: () => accessToken };
const require = createRequire(import.meta.url);
const globals = { console, fetch, require, URL, URLSearchParams, TextEncoder, medplum, event };
const wrapped = `const exports = {}; const module = {exports};
${code}
(async () => exports.handler(medplum, event))();`;

try {
  console.log(JSON.stringify({ result: await vm.runInNewContext(wrapped, globals) }));
} catch (error) {
  console.log(JSON.stringify({ error: { errorType: error.name, errorMessage: error.message } }));
}
