/** What a registration status means, who has to do what next, and by which act on the page. */

/** Who acts next where no action is needed. */
export const NOBODY = "Nobody";

/** What an administrator can do on the page; one name each, wherever it is offered. */
export const ACTS = {
  enroll: "Enroll",
  idp: "Start identity proofing",
  tfa: "Start two-factor authentication",
  update: "Update status",
};

const NOT_ENROLLED = {
  meaning: "Not enrolled",
  owner: "Administrator",
  action: ACTS.enroll,
  act: "enroll",
  tone: "off",
};
const NOT_RECORDED = {
  meaning: "In DoseSpot, status not recorded",
  owner: "Administrator",
  action: ACTS.update,
  act: "update",
  tone: "act",
};
const READY_WITHOUT_DEA = {
  meaning: "Ready, without controlled substances",
  owner: NOBODY,
  action: "No action needed. For controlled substances, add a DEA number first",
  act: "update",
  tone: "done",
};

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
    const known = this.data.statuses[status] ?? this.data.statuses.Unknown;
    const needed = dea || this.data.alsoWithoutDea.includes(status) || known.meaning === "Unknown";
    if (!needed) {
      return READY_WITHOUT_DEA;
    }
    const tone = status.endsWith("Error") ? "bad" : TONE_OF_OWNER[known.owner];
    return { ...known, meaning: this.meaning(status), act: ACT_OF[status] ?? "update", tone };
  }
}
