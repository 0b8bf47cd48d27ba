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
import { updateOne } from "./status_update.js";
import { warningsView } from "./warnings.js";
import { ACTS, ADMINISTRATOR, TEAM } from "./words/administrator.js";
import { COMMON } from "./words/common.js";
import { NOBODY } from "./words/statuses.js";

const ENROLL_BOT = "dosespot-enroll-prescriber-bot";

export class TeamRow {
  /**
   * @param {Standing} standing
   * @param {{server: FhirServer, statuses: Statuses, reload: function(): Promise<void>,
   *   placesOf: function(Object): Array<Standing>}} page what all rows share; `reload` reads
   *   everybody anew and updates the rows, `placesOf` says where else a Practitioner stands.
   */
  constructor(standing, page) {
    this.page = page;
    this.standing = standing;
    this.readiness = new Readiness(page.server, standing);
    this.result = el("div", { role: "status" });
    this.cells = ["state", "since", "next"].map((key) =>
      el("td", { role: "cell", "data-label": TEAM.columns[key] }),
    );
    this.nameCell = el("th", { role: "rowheader", scope: "row" });
    this.main = el("button", { type: "button", onclick: whenFree(() => this.act(this.mainAct)) });
    const more = menu(COMMON.moreFor(standing.name), () => this.#others());
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
      practitioner.active === false ? el("small", {}, TEAM.notActive) : "",
    );
    const [stand, when, next] = this.cells;
    const twoFactor = epcs ? pill("done", COMMON.controlled) : "";
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
    this.main.setAttribute("aria-label", COMMON.of(ACTS[act], name));
  }

  #others() {
    const acts = Object.keys(ACTS).filter((each) => each !== this.mainAct);
    return [
      ...acts.map((each) => [ACTS[each], () => this.act(each)]),
      [TEAM.checkReadiness, () => this.readiness.check()],
      [TEAM.history, () => openHistory(this.page, this.standing)],
    ];
  }

  /** @param {"enroll"|"idp"|"tfa"|"update"} act what to do now, unless something is under way. */
  act(act) {
    if (this.main.getAttribute("aria-disabled") === "true") {
      return;
    }
    if (act === "update") {
      this.#run(act, () => updateOne(this.page.server, this.standing), ADMINISTRATOR.updated);
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
    this.result.replaceChildren(el("p", {}, TEAM.working(ACTS[act])));
    try {
      const answer = await call();
      this.result.replaceChildren(
        el("p", { class: "done" }, TEAM.done(ACTS[act], summary(answer))),
        warningsView(answer.warnings),
      );
    } catch (error) {
      this.result.replaceChildren(errorView(error, TEAM.failed(ACTS[act])));
    }
    await Promise.all([this.page.reload(), this.readiness.again()]);
    setBusy([this.main], false);
  }

  #summary(answer) {
    return TEAM.sentence(this.page.statuses.meaning(answer.registrationStatus));
  }
}

/** Who does what next; where nobody has to, only that. */
function nextAction({ owner, action }) {
  return owner === NOBODY ? [action] : [el("strong", {}, TEAM.owner(owner)), ` ${action}`];
}
