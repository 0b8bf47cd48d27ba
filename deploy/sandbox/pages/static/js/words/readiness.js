/** What is said about whether somebody is ready to prescribe, and why not. */

export const READINESS = {
  working: "Readiness: working …",
  failed: "Readiness could not be checked.",
  others: "Other medications",
  controlledIn: (state, schedules) => {
    const where = `Controlled substances in ${state ?? "an unknown state"}`;
    return schedules === null ? where : `${where}, schedules ${schedules.join(", ") || "unknown"}`;
  },
  verdict: (what, ready) => `${what}: ${ready ? "ready" : "not ready"}`,
  moreReasons: (count) => `${count} more ${count === 1 ? "reason" : "reasons"}`,
  owner: (who) => `${who}:`,
  onlyWarning: "Only a warning.",
  blocksEverything: "Blocks everything.",
  blocksControlled: "Blocks controlled substances.",
  /** Why somebody is not ready, by the reason's code. */
  reasons: {
    "practitioner-not-found": "This person's record no longer exists. Remove their membership.",
    "not-checked": "This could not be checked, so nobody knows yet. Check again later.",
    "dosespot-answer-unusable":
      "DoseSpot gave an answer that can't be used. Contact DoseSpot support if this continues.",
    "dosespot-denies":
      "DoseSpot does not show this prescriber. Check that your clinic's DoseSpot administrator" +
      " is a Clinician Admin.",
    "practitioner-inactive": "This person is marked as not active. Activate them if they work here.",
    "record-problem": "Something is missing or wrong in this person's record. Correct it.",
    "record-warning": "Something in this person's record looks wrong. Check it.",
    "no-membership": "This person has no account here. Invite them.",
    "several-memberships": "This person has several accounts here. Remove all but one.",
    "clinician-id-unclear": "It is unclear which DoseSpot account is theirs. Keep only the right one.",
    "clinician-id-shared": "Two people have the same DoseSpot account. Correct the wrong one.",
    "not-enrolled": "Not enrolled in DoseSpot yet. Enroll them.",
    "self-service-not-granted":
      "This person can't enroll themselves. If they should, give them a prescribing role.",
    "clinician-unknown": "DoseSpot does not know their account. Correct it, or enroll them again.",
    "clinician-of-another-person":
      "Their DoseSpot account belongs to somebody else. Compare NPI and date of birth.",
    "number-of-another": "Somebody else here has the same NPI or DEA number. Correct the wrong one.",
    "account-locked": "The DoseSpot account is locked. Have DoseSpot support unlock it.",
    "account-inactive": "The DoseSpot account is not active. Enroll them again to activate it.",
    "npi-unconfirmed": "DoseSpot has not verified the NPI yet. Wait; contact support if it takes long.",
    "role-missing": "DoseSpot shows no prescribing role. Enroll them as a Prescribing Clinician.",
    "agent-role":
      "A prescribing agent can't sign controlled substances. Check that they have a supervisor.",
    "flag-left-open": "DoseSpot leaves this open. No action is needed.",
    "clinic-not-linked": "They belong to other clinics in DoseSpot, but not to this one. Check there.",
    "clinic-without-new-rx": "This clinic can't send new prescriptions. Have DoseSpot enable it.",
    "clinic-without-epcs": "This clinic can't send controlled substances. Have DoseSpot enable it.",
    "other-clinic-without-epcs":
      "Another of their clinics can't send controlled substances. Have DoseSpot enable it if needed.",
    "other-clinic-not-checked": "They also belong to another clinic, which has to be checked there.",
    "agreement-pending": "A legal agreement is not signed. They sign it in DoseSpot.",
    registering: "The agreements are signed, and DoseSpot is registering them. Check again later.",
    "status-registration-success": "Registered. Start identity proofing.",
    "status-registration-error":
      "DoseSpot could not register them. Check name, NPI, DEA number and address, then enroll again.",
    "status-idp-initialize-success": "They still have to prove their identity in DoseSpot.",
    "status-idp-success": "Their identity is proven. Start two-factor authentication.",
    "status-idp-error": "Identity proofing failed. They try it again in DoseSpot.",
    "status-tfa-activate-init": "They still have to set up two-factor authentication in DoseSpot.",
    "status-tfa-activated-error":
      "Two-factor authentication could not be activated. Start two-factor authentication again.",
    "status-tfa-deactivate-init":
      "Two-factor authentication is being turned off. They complete that in DoseSpot.",
    "status-tfa-deactivated-success":
      "Two-factor authentication is off. Start two-factor authentication again if needed.",
    "status-tfa-deactivated-error":
      "Two-factor authentication could not be turned off. Contact DoseSpot support.",
    "status-not-applicable":
      "Not registered at this clinic. Check in DoseSpot that they belong here and may prescribe.",
    "status-unknown": "DoseSpot does not say how far they are. Check again later.",
    "no-dea": "There is no DEA number on record. Add one with its state for controlled substances.",
    "dea-problem": "A DEA number or its state is missing or wrong. Correct it.",
    "dea-ended": "A DEA registration has ended. Renew it and have the new end recorded.",
    "dea-not-begun": "A DEA registration has not begun yet. Wait for its first day.",
    "dea-period-unreadable": "The dates of a DEA registration can't be read. Correct them.",
    "dea-schedules-unreadable": "A drug schedule of a DEA registration does not exist. Correct it.",
    "dea-not-in-dosespot": "DoseSpot does not show this DEA number. Enroll them again to send it.",
    "dea-ends-soon": "A DEA registration ends within 60 days. Renew it and have the end recorded.",
    "dea-without-end": "The end of a DEA registration is missing. Add it, to be warned in time.",
    "license-ended": "A license has ended. Renew it and have the new end recorded.",
    "license-not-active": "A license is recorded as not active. Have it restored and recorded.",
    "license-not-begun": "A license has not begun yet. Wait for its first day.",
    "license-period-unreadable": "The dates of a license can't be read. Correct them.",
    "license-ends-soon": "A license ends within 60 days. Renew it and have the new end recorded.",
    "license-not-in-dosespot": "DoseSpot does not show a license. Enroll them again to send it.",
    "status-outdated": "The record here is older than DoseSpot's. Update status.",
    "epcs-not-true": "DoseSpot does not allow controlled substances any more. Update status.",
  },
};
