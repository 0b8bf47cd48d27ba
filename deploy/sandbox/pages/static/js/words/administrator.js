/** What the administrator page says: setting up, the team, what can be done, and what happened. */

/** What an administrator can do; one name each, wherever it is offered. */
export const ACTS = {
  enroll: "Enroll",
  idp: "Start identity proofing",
  tfa: "Start two-factor authentication",
  update: "Update status",
};

export const ADMINISTRATOR = {
  title: "Prescriber enrollment",
  about:
    "Everybody who prescribes here, and what comes next. “Update status” asks DoseSpot what has" +
    " happened there meanwhile.",
  notAdministrator:
    "You are not an administrator of this project, so you can't enroll others. To enroll" +
    " yourself, open the ",
  providerPage: "provider page",
  sentenceEnd: ".",
  whereTheyAre: "Where people are",
  team: "Team",
  nobody: "Nobody yet. Add your first prescriber above.",
  refresh: "Refresh",
  exportCsv: "Export as CSV",
  updateAll: "Update everybody's status",
  updatingAll: "Updating statuses from DoseSpot …",
  updatedSoFar: (sums) => `${sums} Working …`,
  updated: ({ checked, changed, failed }) =>
    `${checked} checked with DoseSpot, ${changed} changed.` +
    (failed === 0 ? "" : ` ${failed} could not be updated.`),
  updateAllFailed: "Statuses could not be updated.",
  checkAll: "Check everybody's readiness",
  checkingAll: "Checking readiness …",
  checkedAll: (count, all) =>
    `Readiness of ${count} checked${count < all ? "; the others have no account" : ""}.`,
  loadFailed: "The prescribers could not be loaded.",
  showAll: "Show everybody",
  showOnlyThese: "Show only these",
};

/** The team's table: its columns, filters and what stands there where nobody is found. */
export const TEAM = {
  label: "Prescribers",
  columns: {
    name: "Name",
    state: "Where they stand",
    since: "Since",
    next: "What is next",
  },
  actions: "Actions",
  acts: "Who acts next",
  anybody: "Anybody",
  anywhere: "Anywhere",
  roles: "Roles",
  showMore: (count) => `Show ${count} more`,
  shown: (count, all) => `${count} of ${all} prescribers shown.`,
  nobody: "Nobody is here yet. Add your first prescriber above.",
  nobodyFound: "Nobody matches. Change the search or the filters.",
  notActive: "Not active",
  checkReadiness: "Check readiness",
  history: "Details and history",
  working: (act) => `${act}: working …`,
  done: (act, result) => `${act}: done. ${result}`,
  failed: (act) => `${act} did not work.`,
  sentence: (text) => `${text}.`,
  owner: (who) => `${who}:`,
};

/** The window that asks before somebody is enrolled, or goes one stage further. */
export const ENROLL = {
  whatHappens: {
    enroll: "DoseSpot gets this person's details, or what has changed in them.",
    idp: "DoseSpot then asks this person to prove their identity.",
    tfa: "DoseSpot then asks this person to set up a second factor.",
  },
  atClinic: (name) => `This is about the clinic ${name}.`,
  rolesOnRecord: (roles) => `Roles on record: ${roles}.`,
  chooseRole: "Choose at least one role.",
  factor: "Second factor",
  factors: { Mobile: "Mobile phone", Token: "Hardware token" },
};

/** DoseSpot's roles, by their code. */
export const ROLES = {
  names: {
    PrescribingClinician: "Prescribing Clinician",
    ReportingClinician: "Reporting Clinician",
    EpcsCoordinator: "EPCS Coordinator",
    ClinicianAdmin: "Clinician Admin",
    PrescribingAgentClinician: "Prescribing Agent Clinician",
    ProxyClinician: "Proxy Clinician",
  },
};

/** What is on record about somebody, and what happened. */
export const HISTORY = {
  title: "History",
  failed: "The history could not be loaded.",
  nothing: "Nothing has happened yet. Enroll this person to begin.",
  account: "Account",
  accounts: { none: "None", administrator: "Administrator", member: "Member" },
  missing: "Missing",
  withDetail: (what, detail) => (detail ? `${what}: ${detail}` : what),
  onRecord: "On record",
  doseSpotNumber: "DoseSpot number",
  events: {
    "clinician-created": "Enrolled in DoseSpot",
    "clinician-linked": "Connected with their DoseSpot account",
    "clinician-changed": "Details updated in DoseSpot",
    "idp-initialized": "Identity proofing started",
    "tfa-initialized": "Two-factor authentication started",
    "supervisor-set": "Supervisor changed",
    "practitioner-created": "Added as a prescriber",
    "practitioner-changed": "Record changed by the form",
    "role-granted": "Role given",
    "role-changed": "Location completed",
    "clinic-joined": "Added to a clinic in DoseSpot",
    "clinic-left": "Removed from a clinic in DoseSpot",
    "consent-recorded": "Consent recorded",
    "member-invited": "Invited to the project",
    "prescriber-invited": "Invited to enroll",
    "invitation-mailed": "Invitation sent by e-mail",
    "invitation-cancelled": "Invitation cancelled",
    "invitation-accepted": "Invitation accepted",
    "npi-checked": "NPI looked up in the registry",
    "status-recorded": "Status updated from DoseSpot",
    "attempt-refused": "An attempt was refused",
  },
};
