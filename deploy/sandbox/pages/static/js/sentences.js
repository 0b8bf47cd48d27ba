/** Every sentence about what went wrong, in one table; and bots' sentences made plain for people. */

import { OWN_STEPS } from "./words/provider.js";

/** What the server answered, by HTTP status; 0 where it did not answer. */
const BY_STATUS = {
  0: "The server can't be reached. Check your connection and try again.",
  401: "Your session has expired. Sign in again.",
  403: "You are not allowed to see or do this. Ask an administrator of your project.",
  404: "The server can't find this. It may have been deleted; refresh the page.",
  409: "Somebody else is changing the same record. Wait a moment and try again.",
  412: "Somebody else has just changed this. Close the form, open it again and repeat the change.",
  429: "Too many requests at once. Wait a minute and try again.",
};
const FAULT = "Something went wrong. Try again later; if this continues, tell your administrator.";

/** What a bot's error comes to; where there is no sentence, the bot's own plain words stand alone. */
const BY_TYPE = {
  InputRefused: "Some of what was entered can't be used.",
  NotAuthorized: "You are not allowed to do this.",
  Misconfigured: "ePrescribing is not set up completely. Tell whoever set it up for your clinic.",
  RecordsRefused: "The prescriber's or patient's record has to be corrected first.",
  StageRefused: "",
  EnrollmentLimitReached: "",
  DoseSpotRefused: "DoseSpot did not accept this.",
  FhirDenied: "ePrescribing may not read or change this record. Tell your administrator.",
  FhirNotFound: "The record can't be found. It may have been deleted; refresh the page.",
  RemoteUnavailable: "DoseSpot can't be reached right now. Try again in a few minutes.",
  Throttled: "DoseSpot asks for fewer requests. Wait a minute and try again.",
  EnrollmentInProgress: "This prescriber is being enrolled already. Wait a minute and refresh.",
  EditConflict: "Somebody else is changing the same record. Wait a moment and try again.",
  ClinicUnsettled:
    "DoseSpot may have created the clinic already. Ask DoseSpot support before you try again.",
  LookUpFirst: "It is not known yet whether this took effect. Try again; nothing is done twice.",
  RecordsDisagree: "Two records contradict each other. Have your administrator compare them.",
  RemoteMisbehaved: "DoseSpot gave an answer that can't be used. Tell your administrator.",
  Unforeseen: "Something went wrong on our side. Tell your administrator.",
};

/** Errors of whose sentences a person needs the plain part too, and what to do about them. */
const WITH_OWN_WORDS = {
  InputRefused: "",
  NotAuthorized: "Ask an administrator of your clinic to give you the role for it.",
  RecordsRefused: "",
  StageRefused: "",
  EnrollmentLimitReached: "",
  DoseSpotRefused: "",
  RecordsDisagree: "",
};

/** Why a stage of enrollment can't be taken now, by how the bot's sentence begins. */
const STAGES = {
  "No DEA number": "There is no DEA number on record. Add it with its state first.",
  "Prescriber has a pending legal":
    "A legal agreement is not signed yet. The prescriber signs it in DoseSpot first.",
  "TFA activation is already":
    "Two-factor authentication is being set up already. The prescriber completes it in DoseSpot.",
  "TFA is already activated":
    "Two-factor authentication is active already. To change its kind, it has to be turned off first.",
  "IDP has not been":
    "Identity proofing is not completed yet. Start identity proofing first; the prescriber" +
    " completes it in DoseSpot.",
  "DoseSpot could not register":
    "DoseSpot could not register the prescriber. Check name, NPI, DEA number and address, then" +
    " enroll again.",
  "TFA is being deactivated":
    "Two-factor authentication is being turned off. Wait until the prescriber has completed that" +
    " in DoseSpot.",
  "TFA could not be deactivated":
    "Two-factor authentication could not be turned off. Contact DoseSpot support.",
  "DoseSpot does not register":
    "DoseSpot does not register this prescriber at this clinic. Check there that they belong to it" +
    " and may prescribe.",
  "DoseSpot returned no known":
    "DoseSpot did not say how far this prescriber is, so nothing was started. Try again later.",
  "The prescriber's DoseSpot account":
    "The DoseSpot account is locked. Have DoseSpot support unlock it, then try again.",
  "The prescriber is not active": "The prescriber is marked as not active. Activate them first.",
};

/** Parts of a field's path, the closest ones first, and what they are to a person. */
const FIELDS = [
  ["family", "Last name"],
  ["lName", "Last name"],
  ["given", "First or middle name"],
  ["fName", "First name"],
  ["mName", "Middle name"],
  ["prefix", "Prefix"],
  ["suffix", "Suffix"],
  ["npi", "NPI"],
  ["dea", "DEA number"],
  ["deaNumber", "DEA number"],
  ["naDeaNumber", "NADEAN"],
  ["medicalLicenseNumber", "Medical license"],
  ["line", "Street address"],
  ["address1", "Street address"],
  ["city", "City"],
  ["deaState", "State of the DEA number"],
  ["state", "State"],
  ["postalCode", "ZIP code"],
  ["zipCode", "ZIP code"],
  ["phone", "Phone"],
  ["fax", "Fax"],
  ["email", "E-mail"],
  ["name", "Name"],
  ["address", "Address"],
  ["mailingAddress", "Mailing address"],
  ["billingAddress", "Billing address"],
  ["locations", "Locations"],
  ["telecom", "Phone, fax or e-mail"],
  ["identifier", "NPI, DEA or other number"],
  ["qualification", "License"],
  ["birthDate", "Date of birth"],
  ["dateOfBirth", "Date of birth"],
  ["gender", "Gender"],
  ["active", "Account"],
  ["practitionerRoleTypes", "Roles"],
  ["PractitionerRole", "Roles"],
  ["ProjectMembership", "Membership"],
  ["Observation", "Height or weight"],
  ["Location", "Location"],
  ["DoseSpot", "DoseSpot"],
];
const ELSEWHERE = "Record";
const CHECK = "Check this entry.";

/** Why somebody is not ready, by the reason's code. */
const REASONS = {
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
};

/** Words that only engineers know: names of record types and fields, settings, addresses. */
const ENGINEERS = new RegExp(
  [
    String.raw`\b(?!ePrescribing|iFrame)[a-z]+[A-Z]\w*`,
    String.raw`\b(?:Practitioner(?:Role)?|ProjectMembership|AccessPolicy|ClientApplication)s?\b`,
    String.raw`\b(?:PatientRecord|AuditEvent|Observation|Consent|Bundle|Basic|HumanName)s?\b`,
    String.raw`\b[A-Z]+_[A-Z_]+\b`,
    String.raw`\bhttps?:|\burn:|\w\.\w+[.[]|\w\[\d|[a-z]\.[a-z]|\`|:\s(?:true|false)\b`,
    String.raw`\bwith system\b|\buse (?:work|home|official|old|to old)\b|\bset .* to (?:true|old)\b`,
    String.raw`\b(?:FHIR|LOINC|identifier|extension|resource|bot|secret|LookUp)s?\b`,
  ].join("|"),
);

/**
 * @param {number} status HTTP status; 0 where there was no answer.
 * @returns {string|undefined} what it comes to, if the status alone says so.
 */
export function sentenceOfStatus(status) {
  return BY_STATUS[status] ?? (status >= 500 ? FAULT : undefined);
}

/** @returns {string} what is said where nothing else is known. */
export function sentenceOfFault() {
  return FAULT;
}

/**
 * @param {string|undefined} type name of a bot's error.
 * @returns {{sentence: string, withOwnWords: boolean, advice: string}} what it comes to, whether the
 *   bot's own plain words stand in its place, and what to do then.
 */
export function sentenceOfType(type) {
  const sentence = BY_TYPE[type] ?? FAULT;
  return { sentence, withOwnWords: type in WITH_OWN_WORDS, advice: WITH_OWN_WORDS[type] ?? "" };
}

/**
 * @param {string} text of a bot's refusal to take a stage.
 * @returns {string} the same for people; empty where it is none of those.
 */
export function sentenceOfStage(text) {
  const begin = Object.keys(STAGES).find((each) => text.startsWith(each));
  return STAGES[begin] ?? "";
}

/**
 * @param {string} code of a reason in the readiness bot's answer.
 * @param {string} [own] the bot's own sentence, for a code that is not in the table.
 * @returns {string}
 */
export function sentenceOfReason(code, own = "") {
  return REASONS[code] ?? (plain(own) || CHECK);
}

/**
 * What a prescriber does now, as the readiness bot's answer about them says.
 *
 * @param {{nonControlled: {ready: boolean}, controlled: {ready: boolean},
 *   reasons: Array<{code: string, blocks: Array<string>}>}} answer
 * @returns {{step: string, tone: string, words: string, advice: string, goesOn: boolean}}
 */
export function ownStep({ nonControlled, controlled, reasons }) {
  const blocking = reasons.filter(({ blocks }) => blocks.length > 0);
  const known = blocking.find(({ code }) => code in OWN_STEPS.byReason);
  const withoutDea = nonControlled.ready && reasons.some(({ code }) => code === "no-dea");
  const found =
    (controlled.ready && OWN_STEPS.ready) ||
    (withoutDea && OWN_STEPS.readyForOthers) ||
    OWN_STEPS.byReason[known?.code];
  const [step, tone, words, advice, goesOn = false] = found || OWN_STEPS.ask;
  return { step, tone, words, advice, goesOn };
}

/**
 * @param {string} path of a field, in a record or in the form.
 * @returns {string} what a person calls it.
 */
export function fieldName(path) {
  const parts = path.split(/[.[\]: ]+/);
  const closest = parts.toReversed().find((part) => FIELDS.some(([name]) => name === part));
  return FIELDS.find(([name]) => name === closest)?.[1] ?? ELSEWHERE;
}

/**
 * What an engineer's sentence says to everybody: its clauses without an engineer's words.
 *
 * @param {string} text
 * @returns {string} empty where nothing is left.
 */
export function plain(text) {
  return asSentence(plainClauses(text));
}

/** @returns {string} the same for a problem of one field, for which there is always a sentence. */
export function plainProblem(text) {
  return ended(plainClauses(text)) || CHECK;
}

/** @returns {string} the text with a capital first and a period at its end, unless it has an end. */
export function asSentence(text) {
  const trimmed = ended(text);
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}

function plainClauses(text) {
  const clauses = text.split(/(?<=[.;!?])\s+/).filter((clause) => !ENGINEERS.test(clause));
  return clauses.join(" ").replace(/[;:,]$/, "");
}

function ended(text) {
  const trimmed = String(text).trim();
  return trimmed === "" || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
