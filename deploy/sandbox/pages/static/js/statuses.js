/** What a registration status means and who has to do what next; the words are in a JSON file. */

/** Who acts next where no action is needed. */
export const NOBODY = "Nobody";

const NOT_ENROLLED = { meaning: "Not enrolled", owner: "Administrator", action: "Enroll" };
const NOT_RECORDED = {
  meaning: "In DoseSpot, status not recorded",
  owner: "Administrator",
  action: "Enroll to record the status",
};
const READY_WITHOUT_DEA = {
  owner: NOBODY,
  action: "No action needed. For controlled substances, add a DEA number first",
};

/**
 * @typedef {{meaning: string, owner: string, action: string}} Guidance the status in words, who
 *   acts next, and what they do.
 */

export class Statuses {
  /** @param {Object} data what stands in `statuses.json`. */
  constructor(data) {
    this.data = data;
  }

  /**
   * @param {string} status a registration status.
   * @returns {string} the status in words.
   */
  meaning(status) {
    return this.data.statuses[status]?.meaning ?? `Unknown (${status})`;
  }

  /**
   * @param {string|null} status the registration status on record.
   * @param {{dea: boolean, doseSpotId: string|null}} facts what else is on record.
   * @returns {Guidance}
   */
  guidance(status, { dea, doseSpotId }) {
    if (status === null) {
      return doseSpotId === null ? NOT_ENROLLED : NOT_RECORDED;
    }
    const found = this.data.statuses[status] ?? this.data.statuses.Unknown;
    const guidance = { ...found, meaning: this.meaning(status) };
    const needed = dea || this.data.alsoWithoutDea.includes(status) || found.meaning === "Unknown";
    return needed ? guidance : { ...guidance, ...READY_WITHOUT_DEA };
  }
}
