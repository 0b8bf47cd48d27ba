/** What DoseSpot says now about who is signed in; asked again and again while the frame is open. */

import { el, whenFree } from "./dom.js";
import { guide } from "./guide.js";
import { pill } from "./pills.js";
import { ownStep } from "./sentences.js";
import { namingOf } from "./standings.js";
import { PROVIDER } from "./words/provider.js";

const BOT = "dosespot-readiness-bot";
const EVERY_MS = 15_000;

export class LiveStatus {
  /**
   * @param {Place} place
   * @param {function(): void} onContinue called when the person wants the next step to begin.
   * @param {function(): void} onChange called when DoseSpot says something else than at first.
   */
  constructor(place, onContinue, onChange) {
    this.place = place;
    this.onChange = onChange;
    this.node = el("div", { class: "live", "aria-live": "polite" });
    this.steps = el("div", {});
    this.onContinue = onContinue;
    this.told = "";
    this.round = 0;
    this.asking = null;
    addEventListener("focus", () => this.#askIfOpen());
    setInterval(() => this.#askIfOpen(), EVERY_MS);
  }

  /** Begins to ask; nothing is asked any more once the person is ready. */
  open() {
    this.isOpen = true;
    this.first = null;
    return this.#ask();
  }

  /** Asks no more until it is opened again; what is answered meanwhile comes too late. */
  close() {
    this.isOpen = false;
    this.round += 1;
  }

  async #askIfOpen() {
    if (this.isOpen && this.node.isConnected && !document.hidden) {
      await this.#ask();
    }
  }

  /** Asks once at a time. */
  async #ask() {
    const { round } = this;
    if (this.asking === round) {
      return;
    }
    this.asking = round;
    try {
      const { server, clinic } = this.place;
      this.practitionerId ??= (await server.me()).profile.id;
      const input = { practitionerId: this.practitionerId, ...namingOf(clinic) };
      const answer = await server.execute(BOT, input);
      if (round === this.round) {
        this.#show(ownStep(answer.prescribers[0]));
      }
    } catch {
      // What was said last still stands; the next time may go well.
    }
    if (this.asking === round) {
      this.asking = null;
    }
  }

  #show(found) {
    this.isOpen = found.step !== "ready";
    const told = JSON.stringify(found);
    this.first ??= told;
    if (told !== this.first) {
      this.onChange();
    }
    if (told === this.told) {
      return;
    }
    this.told = told;
    const { step, tone, words, advice, goesOn, more } = found;
    const again = { type: "button", onclick: whenFree(() => this.onContinue()) };
    this.node.replaceChildren(
      el("p", {}, PROVIDER.dosespotSays, pill(tone, words)),
      el("p", {}, advice),
      more.length ? el("ul", {}, ...more.map((each) => el("li", {}, each))) : "",
      goesOn ? el("button", again, PROVIDER.goOn) : "",
    );
    this.steps.replaceChildren(guide(step));
  }
}
