/** What a person reads when something goes wrong: a sentence, and what to fix as a list. */

import { el } from "./dom.js";

const BY_STATUS = {
  401: "Your session has expired. Sign in again.",
  403: "You are not allowed to see or do this. Ask an administrator of your project.",
  404: "The server can't find this.",
  429: "Too many requests. Wait a minute and try again.",
};
const UNREACHABLE = "The server can't be reached. Check your connection and try again.";
const FAULT = "Something went wrong. Try again later; if this continues, tell your administrator.";

const PATH = String.raw`[A-Za-z]\w*(?:\[\d+\])?(?:[./][\w-]+(?:\[\d+\])?)*`;
const NEXT_PROBLEM = new RegExp(`; (?=${PATH}: )`);
const LEAD = new RegExp(`^(?!${PATH}: )(.*?[.!?:]) (?=${PATH}: )`, "s");
const PROBLEM = new RegExp(`^(${PATH}): (.*)$`, "s");

/** The server said no, or nothing. `message` is a sentence for a person. */
export class ServerError extends Error {
  /**
   * @param {string} sentence
   * @param {number} [status] HTTP status; 0 where there was no answer.
   */
  constructor(sentence, status = 0) {
    super(sentence);
    this.status = status;
  }
}

/** @returns {ServerError} the error of a call that got no answer. */
export function unreachable() {
  return new ServerError(UNREACHABLE);
}

/**
 * The error in an answer.
 *
 * @param {number} status HTTP status.
 * @param {*} body parsed JSON: a bot's error, an OperationOutcome or an OAuth error.
 * @returns {ServerError}
 */
export function errorOf(status, body) {
  const text = body?.errorMessage || body?.error_description || outcomeText(body);
  const generic = BY_STATUS[status] ?? (status >= 500 ? FAULT : null);
  return new ServerError(generic ?? asSentence(text || FAULT), status);
}

function outcomeText(body) {
  const issues = body?.resourceType === "OperationOutcome" ? body.issue ?? [] : [];
  return issues.map((issue) => asSentence(issue.details?.text ?? issue.diagnostics ?? "")).join(" ");
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
export function problemsOf(sentence) {
  const lead = LEAD.exec(sentence)?.[1] ?? "";
  const parts = sentence.slice(lead.length).trim().split(NEXT_PROBLEM);
  const problems = parts.map((part) => PROBLEM.exec(part)).filter((found) => found !== null);
  if (problems.length < parts.length) {
    return { lead: sentence, problems: [] };
  }
  return { lead, problems: problems.map(([, path, what]) => ({ path, what: asSentence(what) })) };
}

/** As `problemsOf`, but a single problem stays the sentence that it is. */
function takeApart(sentence) {
  const { lead, problems } = problemsOf(sentence);
  return problems.length < 2 ? { lead: sentence, problems: [] } : { lead, problems };
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
  const { lead, problems } = takeApart(error instanceof ServerError ? error.message : FAULT);
  const items = problems.map(({ path, what }) => el("li", {}, el("code", {}, path), ` ${what}`));
  return el(
    "div",
    { class: "error" },
    el("p", {}, el("strong", {}, before || "That did not work."), ` ${lead}`),
    items.length ? el("ul", {}, ...items) : null,
  );
}
