/** What a person reads when something goes wrong: a sentence, and what to fix as a list. */

import { el } from "./dom.js";

const BY_STATUS = {
  401: "Your session has expired. Sign in again.",
  403: "You are not allowed to see or do this. Ask an administrator of your project.",
  404: "The server can't find this.",
  412: "Somebody else has just changed this. Close the form, open it again and repeat the change.",
  429: "Too many requests. Wait a minute and try again.",
};
const UNREACHABLE = "The server can't be reached. Check your connection and try again.";
const FAULT = "Something went wrong. Try again later; if this continues, tell your administrator.";

/** Known by it: an error that a bot returned, where others are the server's own. */
const ERROR_TYPE = "urn:prescriber-bots:error-type";

const PATH = String.raw`[A-Za-z]\w*(?:\[\d+\])?(?:[./][\w-]+(?:\[\d+\])?)*`;
const NEXT_PROBLEM = new RegExp(`; (?=${PATH}: )`);
const LEAD = new RegExp(`^(?!${PATH}: )(.*?[.!?:]) (?=${PATH}: )`, "s");
const PROBLEM = new RegExp(`^(${PATH}): (.*)$`, "s");

/**
 * The server said no, or nothing. `message` is all of it for a person; `lead` and `problems` are the
 * same, taken apart.
 */
export class ServerError extends Error {
  /**
   * @param {string} sentence
   * @param {number} [status] HTTP status; 0 where there was no answer.
   * @param {{lead: string, problems: Array<{path: string, what: string}>}} [parts] what the sentence
   *   lists.
   */
  constructor(sentence, status = 0, parts = problemsOf(sentence)) {
    super(sentence);
    this.status = status;
    this.lead = parts.lead;
    this.problems = parts.problems;
  }
}

/** The error that a bot gave: its own sentences stand, whatever the status. */
export class BotError extends ServerError {}

/** @returns {ServerError} the error of a call that got no answer. */
export function unreachable() {
  return new ServerError(UNREACHABLE);
}

/**
 * The error in an answer.
 *
 * @param {number} status HTTP status.
 * @param {*} body parsed JSON: a bot's error, raised or returned, an OperationOutcome or an OAuth
 *   error.
 * @returns {ServerError}
 */
export function errorOf(status, body) {
  if (isReturned(body)) {
    return returned(status, body.issue);
  }
  const text = body?.errorMessage || body?.error_description || outcomeText(body);
  const generic = BY_STATUS[status] ?? (status >= 500 ? FAULT : null);
  return new ServerError(generic ?? asSentence(text || FAULT), status);
}

/** @returns {boolean} whether it is an OperationOutcome in which a bot tells its error. */
export function isReturned(body) {
  const coding = issuesOf(body).flatMap((issue) => issue.details?.coding ?? []);
  return coding.some((one) => one.system === ERROR_TYPE);
}

function returned(status, issues) {
  const parts = issues.map(({ expression, details }) => ({
    path: (expression ?? []).join(", "),
    what: asSentence(details?.text ?? ""),
  }));
  const lead = parts.filter(({ path }) => !path).map(({ what }) => what).join(" ");
  const problems = parts.filter(({ path }) => path);
  const sentences = parts.map(({ path, what }) => (path ? `${path}: ${what}` : what));
  return new BotError(sentences.join(" "), status, { lead, problems });
}

function issuesOf(body) {
  return body?.resourceType === "OperationOutcome" ? body.issue ?? [] : [];
}

function outcomeText(body) {
  const texts = issuesOf(body).map(({ details, diagnostics }) => details?.text ?? diagnostics ?? "");
  return texts.map(asSentence).join(" ");
}

/** @returns {string} the text with a period at its end, unless it has an end already. */
export function asSentence(text) {
  const trimmed = String(text).trim();
  return trimmed === "" || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/**
 * Takes a sentence apart that lists problems: `Lead: path: what; path: what.`
 *
 * @param {string} sentence
 * @returns {{lead: string, problems: Array<{path: string, what: string}>}} without problems where
 *   the sentence does not list any.
 */
function problemsOf(sentence) {
  const lead = LEAD.exec(sentence)?.[1] ?? "";
  const parts = sentence.slice(lead.length).trim().split(NEXT_PROBLEM);
  const problems = parts.map((part) => PROBLEM.exec(part)).filter((found) => found !== null);
  if (problems.length < parts.length) {
    return { lead: sentence, problems: [] };
  }
  return { lead, problems: problems.map(([, path, what]) => ({ path, what: asSentence(what) })) };
}

/** What an error tells and lists; a single problem stays the sentence that it is. */
function takenApart({ message, lead, problems }) {
  return problems.length < 2 ? { lead: message, problems: [] } : { lead, problems };
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
  const shown = error instanceof ServerError ? error : new ServerError(FAULT);
  const { lead, problems } = takenApart(shown);
  const items = problems.map(({ path, what }) => el("li", {}, el("code", {}, path), ` ${what}`));
  return el(
    "div",
    { class: "error" },
    el("p", {}, el("strong", {}, before || "That did not work."), ` ${lead}`),
    items.length ? el("ul", {}, ...items) : null,
  );
}
