/** Where people stand besides what the bots' statuses say, which `statuses.json` has in words. */

import { ACTS } from "./administrator.js";

/** Who acts next where no action is needed. */
export const NOBODY = "Nobody";

/** Everybody who can be the one to act next, in the order in which they are sorted. */
export const OWNERS = ["Administrator", "Prescriber", "DoseSpot", NOBODY];

export const STATUSES = {
  unknown: (status) => `Unknown (${status})`,
  notEnrolled: {
    meaning: "Not enrolled",
    owner: "Administrator",
    action: ACTS.enroll,
    act: "enroll",
    tone: "off",
  },
  notRecorded: {
    meaning: "In DoseSpot, status not recorded",
    owner: "Administrator",
    action: ACTS.update,
    act: "update",
    tone: "act",
  },
  readyWithoutDea: {
    meaning: "Ready, without controlled substances",
    owner: NOBODY,
    action: "No action needed. For controlled substances, add a DEA number first",
    act: "update",
    tone: "done",
  },
};
