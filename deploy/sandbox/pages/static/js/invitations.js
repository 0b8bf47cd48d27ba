/** Invites clinicians: who is chosen, what that costs, and a question before anything is sent. */

import { Billing } from "./billing.js";
import { bottomLine, openDialog } from "./dialogs.js";
import { el, field, setBusy, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { menu } from "./menu.js";
import { since } from "./moments.js";
import { emailOf } from "./people.js";
import { pill } from "./pills.js";
import { namingOf } from "./standings.js";
import { INVITATIONS } from "./words/clinics.js";
import { COMMON } from "./words/common.js";

const BOT = "dosespot-invite-prescribers-bot";
const INVITATION = "urn:prescriber-bots:invitation";
const AT_ONCE = 50;

/**
 * @param {FhirServer} server
 * @param {{standings: Array<Standing>}} board
 * @param {function(): void} onDone called when somebody was invited.
 */
export async function openInvitations(server, board, onDone) {
  const [tasks, billing] = await Promise.all([readTasks(server), Billing.read(server)]);
  new Invitations(server, board.standings, tasks, billing, onDone).open();
}

class Invitations {
  constructor(server, standings, tasks, billing, onDone) {
    Object.assign(this, { server, tasks, billing, onDone });
    this.standings = standings.filter(({ doseSpotId }) => doseSpotId === null);
    this.search = el("input", { type: "search", autocomplete: "off", oninput: () => this.#show() });
    this.list = el("ul", { class: "choices" });
    this.sum = el("p", { role: "status", class: "count" });
    this.result = el("div", { role: "status" });
    this.send = el("button", { type: "button" }, INVITATIONS.title);
    this.send.addEventListener("click", whenFree(() => this.#confirm()));
    this.chosen = new Set();
  }

  open() {
    openDialog(INVITATIONS.title, (close) => [
      el("p", {}, INVITATIONS.choose, INVITATIONS.price(this.billing.priceOf(1))),
      field(COMMON.searchByName, this.search),
      this.list,
      this.sum,
      this.result,
      bottomLine(close, this.send),
    ]);
    this.#show();
  }

  #show() {
    const words = this.search.value.toLowerCase().split(/\s+/);
    const found = this.standings.filter(({ name, practitioner }) => {
      const text = `${name} ${emailOf(practitioner)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    this.list.replaceChildren(...found.map((standing) => this.#line(standing)));
    this.#count();
  }

  #line(standing) {
    const { key, name, practitioner, clinic } = standing;
    const box = el("input", { type: "checkbox", checked: this.chosen.has(key) });
    box.addEventListener("change", () => {
      this.chosen[box.checked ? "add" : "delete"](key);
      this.#count();
    });
    const about = [emailOf(practitioner), clinic?.name].filter(Boolean).join(" · ");
    const label = el("label", {}, box, name, el("small", {}, about));
    return el("li", {}, label, ...this.#invitation(standing));
  }

  /** How the last invitation stands, and what can be done about it. */
  #invitation(standing) {
    const task = this.tasks.get(`Practitioner/${standing.practitioner.id}`);
    if (task === undefined) {
      return [];
    }
    const [tone, words] = INVITATIONS.byStatus[stateOf(task)] ?? INVITATIONS.byStatus.requested;
    const open = ["requested", "accepted"].includes(task.status);
    const acts = open
      ? menu(INVITATIONS.of(standing.name), () => [
          [INVITATIONS.resend, () => this.#run("resend", [standing])],
          [INVITATIONS.cancel, () => this.#run("cancel", [standing])],
        ])
      : "";
    return [pill(tone, words), el("small", {}, since(task.authoredOn)), acts];
  }

  #count() {
    const count = this.chosen.size;
    this.sum.replaceChildren(INVITATIONS.selected(count, this.billing.priceOf(count)));
  }

  #confirm() {
    const people = this.standings.filter(({ key }) => this.chosen.has(key));
    if (people.length === 0) {
      this.result.replaceChildren(el("p", { class: "problem" }, INVITATIONS.selectOne));
      return;
    }
    const names = people.map(({ name }) => name);
    const question = INVITATIONS.confirm(names, this.billing.priceOf(people.length));
    openDialog(INVITATIONS.send, (close) => {
      const send = el("button", { type: "button" }, INVITATIONS.send);
      send.addEventListener("click", () => {
        close();
        this.#run("invite", people);
      });
      return [el("p", {}, question), bottomLine(close, send)];
    });
  }

  async #run(action, people) {
    setBusy([this.send], true);
    this.result.replaceChildren(el("p", {}, COMMON.working));
    try {
      const told = [];
      for (let first = 0; first < people.length; first += AT_ONCE) {
        const some = people.slice(first, first + AT_ONCE);
        const practitioners = some.map(({ practitioner, clinic }) => ({
          practitionerId: practitioner.id,
          ...namingOf(clinic),
        }));
        const answer = await this.server.execute(BOT, { action, practitioners });
        told.push(...answer.practitioners.map((each, index) => line(some[index].name, each)));
        told.push(...(answer.mailed || action === "cancel" ? [] : [el("li", {}, INVITATIONS.notMailed)]));
      }
      this.result.replaceChildren(el("ul", {}, ...told));
      this.chosen.clear();
      this.tasks = await readTasks(this.server);
      this.onDone();
    } catch (error) {
      this.result.replaceChildren(errorView(error, INVITATIONS.failed));
    }
    this.#show();
    setBusy([this.send], false);
  }
}

function line(name, { outcome, reason }) {
  const what = INVITATIONS.outcome(INVITATIONS.outcomes[outcome] ?? outcome, reason);
  return el("li", {}, el("strong", {}, INVITATIONS.person(name)), what);
}

function stateOf({ status, restriction }) {
  const until = new Date(restriction?.period?.end ?? NaN).getTime();
  return status === "requested" && until < Date.now() ? "expired" : status;
}

/** The last invitation of each person. */
async function readTasks(server) {
  const tasks = await server
    .searchAll("Task", { code: `${INVITATION}|enroll` })
    .catch(() => []);
  tasks.sort((a, b) => (a.authoredOn ?? "").localeCompare(b.authoredOn ?? ""));
  return new Map(tasks.map((task) => [task.owner?.reference, task]));
}
