/** Whether a prescriber may prescribe and sign, and who must do what, as the readiness bot says. */

import { el } from "./dom.js";
import { engineersDetails, errorView } from "./errors.js";
import { pill } from "./pills.js";
import { sentenceOfReason } from "./sentences.js";
import { namingOf } from "./standings.js";
import { COMMON } from "./words/common.js";
import { READINESS } from "./words/readiness.js";
import { NOBODY } from "./words/statuses.js";

const BOT = "dosespot-readiness-bot";

/**
 * @typedef {{code: string, sentence: string, owner: string, blocks: Array<string>,
 *   registrations: Array<string>, evidence: {path: string, value: string|null}}} Reason
 * @typedef {{practitioner: string, nonControlled: {ready: boolean}, reasons: Array<Reason>,
 *   controlled: {ready: boolean, registrations: Array<Object>}}} PrescriberReadiness one prescriber in the answer.
 */

/** The verdicts about one prescriber at one clinic, once they are asked for. */
export class Readiness {
  /**
   * @param {FhirServer} server
   * @param {Standing} standing
   */
  constructor(server, { practitioner, clinic }) {
    this.server = server;
    this.input = { practitionerId: practitioner.id, ...namingOf(clinic) };
    this.verdicts = el("div", { "aria-live": "polite", class: "verdicts" });
    this.reasons = el("div", { class: "reasons" });
    this.node = el("div", { class: "readiness" }, this.verdicts, this.reasons);
    this.known = false;
    this.busy = false;
  }

  /** Asks the bot, and shows its answer; does nothing while it is being asked. */
  async check() {
    if (this.busy) {
      return;
    }
    this.busy = true;
    this.verdicts.replaceChildren(el("p", {}, READINESS.working));
    this.reasons.replaceChildren();
    try {
      const answer = await this.server.execute(BOT, this.input);
      this.#fill(answer.prescribers[0]);
    } catch (error) {
      this.verdicts.replaceChildren(errorView(error, READINESS.failed));
    }
    this.busy = false;
  }

  /** Asks again, where somebody has asked before. */
  async again() {
    if (this.known) {
      await this.check();
    }
  }

  /**
   * Shows one answer of many, without announcing each to screen readers.
   *
   * @param {PrescriberReadiness} answer
   */
  show(answer) {
    this.verdicts.setAttribute("aria-live", "off");
    this.#fill(answer);
    this.verdicts.setAttribute("aria-live", "polite");
  }

  /** @param {PrescriberReadiness} answer */
  #fill(answer) {
    this.known = true;
    const { nonControlled, controlled, reasons } = answer;
    this.verdicts.replaceChildren(
      verdict(READINESS.others, nonControlled.ready),
      ...controlledPills(controlled),
    );
    this.reasons.replaceChildren(...reasonNodes(reasons));
  }
}

/**
 * Asks about everybody at one clinic, page by page.
 *
 * @param {FhirServer} server
 * @param {Clinic|null} clinic none where there is one only.
 * @param {function(PrescriberReadiness): void} onEach called for each prescriber.
 */
export async function checkEverybody(server, clinic, onEach) {
  let cursor = null;
  do {
    const answer = await server.execute(BOT, {
      ...namingOf(clinic),
      ...(cursor === null ? {} : { cursor }),
    });
    answer.prescribers.forEach(onEach);
    cursor = answer.nextCursor;
  } while (cursor !== null);
}

function controlledPills({ registrations }) {
  if (registrations.length === 0) {
    return [verdict(COMMON.controlled, false)];
  }
  return registrations.map(({ state, schedules, ready }) =>
    verdict(READINESS.controlledIn(state, schedules), ready),
  );
}

function verdict(what, ready) {
  return pill(ready ? "done" : "bad", READINESS.verdict(what, ready));
}

/**
 * The first reason, and the others behind a click.
 *
 * @param {Array<Reason>} reasons
 * @returns {Array<HTMLElement|string>}
 */
export function reasonNodes([first, ...others]) {
  if (first === undefined) {
    return [];
  }
  const more = READINESS.moreReasons(others.length);
  const list = el("ul", {}, ...others.map((each) => el("li", {}, ...words(each))));
  return [
    el("p", {}, ...words(first)),
    others.length ? el("details", {}, el("summary", {}, more), list) : "",
    engineersDetails([first, ...others].map(inFull).join("; ")),
  ];
}

function words({ code, sentence, owner, blocks }) {
  return [
    owner === NOBODY ? "" : el("strong", {}, READINESS.owner(owner)),
    ` ${sentenceOfReason(code, sentence)} `,
    el("small", {}, consequence(blocks)),
  ];
}

function inFull({ code, sentence, evidence }) {
  const value = evidence.value === null ? "" : ` (${evidence.value})`;
  return `${code}: ${sentence} ${evidence.path}${value}`;
}

function consequence(blocks) {
  if (blocks.length === 0) {
    return READINESS.onlyWarning;
  }
  const { blocksEverything, blocksControlled } = READINESS;
  return blocks.includes("nonControlled") ? blocksEverything : blocksControlled;
}
