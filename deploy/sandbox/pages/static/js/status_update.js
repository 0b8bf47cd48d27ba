/** Brings statuses up to date from DoseSpot, for one person or for everybody; changes nothing there. */

const BOT = "dosespot-sync-status-bot";

/**
 * @param {FhirServer} server
 * @param {Standing} standing
 * @returns {Promise<Object>} the bot's answer.
 */
export function updateOne(server, { practitioner }) {
  return server.execute(BOT, { practitionerId: practitioner.id });
}

/**
 * @param {FhirServer} server
 * @param {function(Object): void} onPage is given the sums so far.
 * @returns {Promise<{checked: number, changed: number, failed: number}>} sums over all pages.
 */
export async function updateEverybody(server, onPage) {
  const sums = { checked: 0, changed: 0, failed: 0 };
  let cursor = null;
  do {
    const answer = await server.execute(BOT, cursor === null ? {} : { cursor });
    Object.keys(sums).forEach((name) => (sums[name] += answer[name]));
    onPage(sums);
    cursor = answer.nextCursor;
  } while (cursor !== null);
  return sums;
}
