/** One person's row of the team, at one clinic: where they stand, who is next, and one main act. */

import { el, setBusy, whenFree } from "./dom.js";
import { askForEnrollment } from "./enroll_dialog.js";
import { errorView } from "./errors.js";
import { openHistory } from "./history.js";
import { menu } from "./menu.js";
import { since } from "./moments.js";
import { doseSpotRoles, emailOf } from "./people.js";
import { pill } from "./pills.js";
import { Readiness } from "./readiness.js";
import { ACTS, NOBODY } from "./statuses.js";
import { updateOne, updateWords } from "./status_update.js";
import { warningsView } from "./warnings.js";

const ENROLL_BOT = "dosespot-enroll-prescriber-bot";
const WORKING = "working …";

export class TeamRow {
  /**
   * @param {Standing} standing
   * @param {{server: FhirServer, statuses: Statuses, reload: function(): Promise<void>}} page what
   *   all rows share; `reload` reads everybody anew and updates the rows.
   */
  constructor(standing, page) {
    this.page = page;
    this.standing = standing;
    this.readiness = new Readiness(page.server, standing.practitioner.id);
    this.result = el("div", { role: "status" });
    this.cells = ["Where they stand", "Since", "What is next"].map((label) =>
      el("td", { role: "cell", "data-label": label }),
    );
    this.nameCell = el("th", { role: "rowheader", scope: "row" });
    this.main = el("button", { type: "button", onclick: whenFree(() => this.act(this.mainAct)) });
    const more = menu(`More for ${standing.name}`, () => this.#others());
    this.acts = el("td", { role: "cell", class: "acts" }, this.main, more);
    const below = el("td", { role: "cell", class: "below" }, this.result, this.readiness.node);
    const cells = [this.nameCell, ...this.cells, this.acts, below];
    this.node = el("tr", { role: "row" }, ...cells);
    this.update(standing);
  }

  /** @param {Standing} standing as it is now. */
  update(standing) {
    this.standing = standing;
    const { guidance, name, clinic, epcs, practitioner } = standing;
    this.nameCell.replaceChildren(
      el("strong", {}, name),
      el("small", {}, [emailOf(practitioner), clinic?.name].filter(Boolean).join(" · ")),
      el("small", {}, doseSpotRoles(standing.roles).join(", ")),
      practitioner.active === false ? el("small", {}, "Not active") : "",
    );
    const [stand, when, next] = this.cells;
    const twoFactor = epcs ? pill("done", "Controlled substances") : "";
    stand.replaceChildren(pill(guidance.tone, guidance.meaning), " ", twoFactor);
    when.replaceChildren(since(standing.changed));
    next.replaceChildren(...nextAction(guidance));
    this.#offer(guidance.act, name);
  }

  /** One main act; the others are behind the menu. */
  #offer(act, name) {
    this.mainAct = act;
    this.main.className = act === "update" ? "quiet" : "";
    this.main.replaceChildren(ACTS[act]);
    this.main.setAttribute("aria-label", `${ACTS[act]}: ${name}`);
  }

  #others() {
    const acts = Object.keys(ACTS).filter((each) => each !== this.mainAct);
    return [
      ...acts.map((each) => [ACTS[each], () => this.act(each)]),
      ["Check readiness", () => this.readiness.check()],
      ["Details and history", () => openHistory(this.page.server, this.standing)],
    ];
  }

  /** @param {"enroll"|"idp"|"tfa"|"update"} act what to do now, unless something is under way. */
  act(act) {
    if (this.main.getAttribute("aria-disabled") === "true") {
      return;
    }
    if (act === "update") {
      this.#run(act, () => updateOne(this.page.server, this.standing), updateWords);
      return;
    }
    askForEnrollment(act, this.standing, (input) =>
      this.#run(act, () => this.page.server.execute(ENROLL_BOT, input), (answer) =>
        this.#summary(answer),
      ),
    );
  }

  async #run(act, call, summary) {
    setBusy([this.main], true);
    this.result.replaceChildren(el("p", {}, `${ACTS[act]}: ${WORKING}`));
    try {
      const answer = await call();
      this.result.replaceChildren(
        el("p", { class: "done" }, `${ACTS[act]}: done. ${summary(answer)}`),
        warningsView(answer.warnings),
      );
    } catch (error) {
      this.result.replaceChildren(errorView(error, `${ACTS[act]} did not work.`));
    }
    await Promise.all([this.page.reload(), this.readiness.again()]);
    setBusy([this.main], false);
  }

  #summary(answer) {
    return `${this.page.statuses.meaning(answer.registrationStatus)}.`;
  }
}

/** Who does what next; where nobody has to, only that. */
function nextAction({ owner, action }) {
  return owner === NOBODY ? [action] : [el("strong", {}, `${owner}:`), ` ${action}`];
}
