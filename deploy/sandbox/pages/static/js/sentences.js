/** Chooses the words for what went wrong, and makes bots' sentences plain for people. */

import { ERRORS } from "./words/errors.js";
import { OWN_STEPS } from "./words/provider.js";
import { READINESS } from "./words/readiness.js";

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
  return ERRORS.byStatus[status] ?? (status >= 500 ? ERRORS.fault : undefined);
}

/** @returns {string} what is said where nothing else is known. */
export function sentenceOfFault() {
  return ERRORS.fault;
}

/**
 * @param {string|undefined} type name of a bot's error.
 * @returns {{sentence: string, withOwnWords: boolean, advice: string}} what it comes to, whether the
 *   bot's own plain words stand in its place, and what to do then.
 */
export function sentenceOfType(type) {
  const { byType, withOwnWords, fault } = ERRORS;
  const sentence = byType[type] ?? fault;
  return { sentence, withOwnWords: type in withOwnWords, advice: withOwnWords[type] ?? "" };
}

/**
 * @param {string} text of a bot's refusal to take a stage.
 * @returns {string} the same for people; empty where it is none of those.
 */
export function sentenceOfStage(text) {
  const begin = Object.keys(ERRORS.stages).find((each) => text.startsWith(each));
  return ERRORS.stages[begin] ?? "";
}

/**
 * @param {string} code of a reason in the readiness bot's answer.
 * @param {string} [own] the bot's own sentence, for a code that is not in the table.
 * @returns {string}
 */
export function sentenceOfReason(code, own = "") {
  return READINESS.reasons[code] ?? (plain(own) || ERRORS.check);
}

/**
 * What a prescriber does now, as the readiness bot's answer about them says.
 *
 * @param {{nonControlled: {ready: boolean}, controlled: {ready: boolean},
 *   reasons: Array<{code: string, blocks: Array<string>}>}} answer
 * @returns {{step: string, tone: string, words: string, advice: string, goesOn: boolean,
 *   more: Array<string>}}
 */
export function ownStep({ nonControlled, controlled, reasons }) {
  const blocking = reasons.filter(({ blocks }) => blocks.length > 0);
  const known = blocking.find(({ code }) => code in OWN_STEPS.byReason);
  const withoutDea = nonControlled.ready && reasons.some(({ code }) => code === "no-dea");
  const found =
    (controlled.ready && OWN_STEPS.ready) ||
    (withoutDea && OWN_STEPS.readyForOthers) ||
    OWN_STEPS.byReason[known?.code];
  const [step, ...rest] = found || OWN_STEPS.ask;
  const isLocked = blocking.some(({ code }) => code === "account-locked");
  const [tone, words, advice, goesOn = false, more = []] = isLocked ? OWN_STEPS.locked : rest;
  return { step, tone, words, advice, goesOn, more };
}

/**
 * @param {string} path of a field, in a record or in the form.
 * @returns {string} what a person calls it.
 */
export function fieldName(path) {
  const parts = path.split(/[.[\]: ]+/);
  const closest = parts.toReversed().find((part) => Object.hasOwn(ERRORS.fieldOf, part));
  return ERRORS.fieldOf[closest] ?? ERRORS.elsewhere;
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
  return ended(plainClauses(text)) || ERRORS.check;
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
