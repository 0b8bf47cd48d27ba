/** What is said about setting up clinics and inviting clinicians. */

export const SETUP = {
  title: "Setting up",
  steps: {
    createWorkspace: "Create workspace",
    inviteClinicians: "Invite clinicians",
    cliniciansVerify: "Clinicians verify",
    readyToPrescribe: "Ready to prescribe",
  },
  people: (count) => `${count} ${count === 1 ? "person" : "people"}`,
  billed: ({ prescribers, cost }) =>
    `This month: ${cost} for ${prescribers} ${prescribers === 1 ? "prescriber" : "prescribers"}.`,
  failed: "How far the setup has come could not be loaded.",
  noAccess: "Your clinic has no access to DoseSpot yet. Tell whoever set ePrescribing up.",
  setUpClinic: "Set up a clinic",
  ownFirst:
    "Your first clinic is in DoseSpot, but not on record here. Choose “Set up a clinic” and tick" +
    " that DoseSpot knows it already.",
};

export const CLINIC_FORM = {
  title: "Set up a clinic in DoseSpot",
  newLocation: "New location",
  addLocation: "+ New location",
  ownClinic: (number) => `DoseSpot knows this clinic already, as number ${number}`,
  create: "Create",
  waiting: "Waiting for DoseSpot …",
  failed: "The clinic was not set up.",
  locationFailed: "Its location could not be saved. Choose “Create” again.",
  done: {
    created: "The clinic was created in DoseSpot.",
    completed: "The clinic is complete now.",
    linked: "The clinic is connected now.",
    unchanged: "The clinic was set up already; nothing was changed.",
  },
  mailDoseSpot: "Now e-mail DoseSpot:",
};

export const INVITATIONS = {
  title: "Invite clinicians",
  choose: "Choose whom to enroll in DoseSpot. ",
  price: (amount) =>
    amount ? `${amount} a month is due for each from when their identity is verified.` : "",
  selected: (count, cost) => {
    const total = cost ? ` — total: ${cost} a month` : "";
    return `${count} ${count === 1 ? "clinician" : "clinicians"} selected${total}.`;
  },
  selectOne: "Select at least one clinician.",
  send: "Send invitations",
  confirm: (names, cost) =>
    `An e-mail goes to ${names.length}: ${names.join(", ")}.` +
    (cost ? ` That will cost ${cost} a month.` : ""),
  of: (name) => `Invitation of ${name}`,
  resend: "Send again",
  cancel: "Cancel invitation",
  failed: "The invitations could not be sent.",
  notMailed: "Your project sends no e-mail. Tell these people yourself to sign in.",
  person: (name) => `${name}: `,
  outcome: (what, reason) => (reason ? `${what}. ${reason}` : `${what}.`),
  /** How an invitation stands, by the status of its Task. */
  byStatus: {
    requested: ["wait", "Invited"],
    expired: ["bad", "Invitation expired"],
    accepted: ["act", "Accepted"],
    completed: ["done", "Enrolled"],
    cancelled: ["off", "Cancelled"],
    rejected: ["bad", "Declined"],
  },
  outcomes: {
    invited: "invited",
    alreadyInvited: "invited already",
    alreadyEnrolled: "enrolled already",
    mayHaveBeenSent: "may have got an e-mail; ask them",
    resent: "reminded",
    cancelled: "invitation taken back",
    refused: "not invited",
  },
};
