// Passes a run of a bot on to the endpoint of prescriber-bots, and returns or throws what comes back.
// `prescriber-bots register --relay` deploys this to each Bot. The project secrets RELAY_URL and
// RELAY_SECRET name the endpoint and sign the call; they alone do not go along.

const { createHmac, randomUUID } = require('crypto');

const UNREACHABLE = {
  errorType: 'RemoteUnavailable',
  errorMessage: 'The endpoint that runs the bots could not be reached. Try again in a few minutes.',
};

exports.handler = async function (medplum, event) {
  const { RELAY_URL, RELAY_SECRET, ...secrets } = event.secrets;
  const whence = { baseUrl: medplum.getBaseUrl(), accessToken: medplum.getAccessToken() };
  const body = JSON.stringify({ callId: randomUUID(), payload: { ...event, ...whence, secrets } });
  const time = String(Date.now());
  const signed = createHmac('sha256', RELAY_SECRET.valueString).update(`${time}.${body}`);
  const headers = {
    'Content-Type': 'application/json',
    'X-Relay-Time': time,
    'X-Relay-Signature': signed.digest('hex'),
  };
  const call = { method: 'POST', redirect: 'error', headers, body };
  const answer = await fetch(RELAY_URL.valueString, call)
    .then((reply) => reply.json())
    .catch(() => null);
  const { result, error = UNREACHABLE } = answer ?? {};
  if (result === undefined) {
    throw Object.assign(new Error(error.errorMessage), { name: error.errorType });
  }
  return result;
};
