/** What a registration status means, who has to do what next, and by which act on the page. */

import { STATUSES } from "./words/statuses.js";

/** The act of an administrator that a status asks for; every other one is only brought up to date. */
const ACT_OF = {
  RegistrationSuccess: "idp",
  RegistrationError: "enroll",
  IDPSuccess: "tfa",
  TFAActivatedError: "tfa",
  TFADeactivatedSuccess: "tfa",
  NotApplicable: "enroll",
};
const TONE_OF_OWNER = { Nobody: "done", Administrator: "act", Prescriber: "wait", DoseSpot: "wait" };

/**
 * @typedef {{meaning: string, owner: string, action: string, act: string, tone: string}} Guidance the
 *   status in words, who acts next, what they do, the page's act for it, and the tone of its pill.
 */

export class Statuses {
  /** @param {Object} data what stands in `words/statuses.json`. */
  constructor(data) {
    this.data = data;
  }

  /**
   * @param {string} status a registration status.
   * @returns {string} the status in words.
   */
  meaning(status) {
    return this.data.statuses[status]?.meaning ?? STATUSES.unknown(status);
  }

  /**
   * @param {string|null} status the registration status on record.
   * @param {{dea: boolean, doseSpotId: string|null}} facts what else is on record.
   * @returns {Guidance}
   */
  guidance(status, { dea, doseSpotId }) {
    if (status === null) {
      return doseSpotId === null ? STATUSES.notEnrolled : STATUSES.notRecorded;
    }
    const known = this.data.statuses[status] ?? this.data.statuses.Unknown;
    const needed = dea || this.data.alsoWithoutDea.includes(status) || known.meaning === "Unknown";
    if (!needed) {
      return STATUSES.readyWithoutDea;
    }
    const tone = status.endsWith("Error") ? "bad" : TONE_OF_OWNER[known.owner];
    return { ...known, meaning: this.meaning(status), act: ACT_OF[status] ?? "update", tone };
  }
}
