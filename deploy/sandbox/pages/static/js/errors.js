/** What a person reads when something goes wrong: a sentence, what to fix, and details apart. */

import { el } from "./dom.js";
import {
  asSentence,
  fieldName,
  plain,
  plainProblem,
  sentenceOfFault,
  sentenceOfStage,
  sentenceOfStatus,
  sentenceOfType,
} from "./sentences.js";
import { ERRORS } from "./words/errors.js";

/** Known by it: an error that a bot returned, where others are the server's own. */
const ERROR_TYPE = "urn:prescriber-bots:error-type";

/** Words of a bot that say already whom to ask. */
const ADVISED = /\bask an administrator\b/i;

const PATH = String.raw`[A-Za-z]\w*(?:\[\d+\])?(?:[./][\w-]+(?:\[\d+\])?)*`;
const NEXT_PROBLEM = new RegExp(`; (?=${PATH}: )`);
const LEAD = new RegExp(`^(?!${PATH}: )(.*?[.!?:]) (?=${PATH}: )`, "s");
const PROBLEM = new RegExp(`^(${PATH}): (.*)$`, "s");

/**
 * The server said no, or nothing. `message` is what a person reads first, `problems` are the fields
 * that it is about, and `details` is all that was said, for engineers.
 */
export class ServerError extends Error {
  /**
   * @param {string} sentence
   * @param {number} [status] HTTP status; 0 where there was no answer.
   * @param {{problems?: Array<{path: string, what: string}>, details?: string}} [more]
   */
  constructor(sentence, status = 0, { problems = [], details = "" } = {}) {
    super(sentence);
    this.status = status;
    this.lead = sentence;
    this.problems = problems;
    this.details = details;
  }
}

/** The error that a bot gave, whatever the status. */
export class BotError extends ServerError {}

/** @returns {ServerError} the error of a call that got no answer. */
export function unreachable() {
  return new ServerError(sentenceOfStatus(0));
}

/**
 * The error in an answer.
 *
 * @param {number} status HTTP status.
 * @param {Object} outcome an OperationOutcome: the server's own, one that a bot returned, or one that
 *   Medplum's client made of the error that a bot raised.
 * @returns {ServerError}
 */
export function errorOf(status, outcome) {
  if (isReturned(outcome)) {
    return returned(status, outcome.issue);
  }
  const text = issuesOf(outcome)
    .map(({ details, diagnostics }) => details?.text ?? diagnostics ?? "")
    .join(" ");
  const told = raised(text);
  if (told?.errorMessage !== undefined) {
    return ofBot(status, told.errorType, taken(told.errorMessage), told.errorMessage);
  }
  const sentence = sentenceOfStatus(status) ?? (plain(text) || sentenceOfFault());
  return new ServerError(sentence, status, { details: text });
}

/** @returns {boolean} whether it is an OperationOutcome in which a bot tells its error. */
export function isReturned(body) {
  return typeOf(issuesOf(body)) !== undefined;
}

function returned(status, issues) {
  const parts = issues.map(({ expression, details }) => ({
    path: (expression ?? []).join(", "),
    what: details?.text ?? "",
  }));
  const lead = parts.filter(({ path }) => !path).map(({ what }) => asSentence(what));
  const problems = parts.filter(({ path }) => path);
  const details = parts.map(({ path, what }) => (path ? `${path}: ${what}` : what));
  return ofBot(status, typeOf(issues), { lead: lead.join(" "), problems }, details.join("; "));
}

function ofBot(status, type, { lead, problems }, details) {
  const { sentence, withOwnWords, advice } = sentenceOfType(type);
  const words = sentenceOfStage(lead) || plain(lead);
  const isAdvised = ADVISED.test(words);
  const own = withOwnWords ? [words, isAdvised ? "" : advice].filter(Boolean).join(" ") : "";
  const shown = withOwnWords
    ? problems.map(({ path, what }) => ({ path, what: plainProblem(what) }))
    : [];
  const said = own && shown.length === 0 ? own : sentence || own || sentenceOfFault();
  return new BotError(said, status, { problems: shown, details });
}

function typeOf(issues) {
  const codings = issues.flatMap((issue) => issue.details?.coding ?? []);
  return codings.find(({ system }) => system === ERROR_TYPE)?.code;
}

function issuesOf(body) {
  return body?.resourceType === "OperationOutcome" ? body.issue ?? [] : [];
}

/** The error that a bot raised, which Medplum's client puts into the text as JSON. */
function raised(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Takes a sentence apart that lists problems: `Lead: path: what; path: what.`
 *
 * @param {string} sentence
 * @returns {{lead: string, problems: Array<{path: string, what: string}>}} without problems where
 *   the sentence does not list any.
 */
function taken(sentence) {
  const lead = LEAD.exec(sentence)?.[1] ?? "";
  const parts = sentence.slice(lead.length).trim().split(NEXT_PROBLEM);
  const problems = parts.map((part) => PROBLEM.exec(part)).filter((found) => found !== null);
  if (problems.length < parts.length) {
    return { lead: sentence, problems: [] };
  }
  return { lead, problems: problems.map(([, path, what]) => ({ path, what })) };
}

/**
 * Shows an error; whoever puts it into the page does so in a live region.
 *
 * @param {unknown} error
 * @param {string} [before] what failed, as a sentence.
 * @returns {HTMLElement}
 */
export function errorView(error, before = "") {
  if (!(error instanceof ServerError)) {
    console.error(error);
  }
  const shown = error instanceof ServerError ? error : new ServerError(sentenceOfFault());
  const items = shown.problems.map(({ path, what }) =>
    el("li", {}, el("strong", {}, `${fieldName(path)}:`), ` ${what}`),
  );
  return el(
    "div",
    { class: "error" },
    el("p", {}, el("strong", {}, before || ERRORS.failed), ` ${shown.lead}`),
    items.length ? el("ul", {}, ...items) : null,
    engineersDetails(shown.details),
  );
}

/**
 * @param {string} text what engineers need to know.
 * @returns {HTMLElement|string} a disclosure with it; nothing where there is none.
 */
export function engineersDetails(text) {
  if (!text) {
    return "";
  }
  const summary = el("summary", {}, ERRORS.details);
  return el("details", { class: "engineers" }, summary, el("p", {}, el("code", {}, text)));
}
