/** One prescriber's row of the administrator's table: what is on record, and the three actions. */

import { el, select, setBusy, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import {
  doseSpotId,
  doseSpotRoles,
  hasDea,
  hasEpcs,
  nameOf,
  registrationStatus,
} from "./people.js";
import { Readiness } from "./readiness.js";
import { RoleChoice } from "./roles.js";
import { NOBODY } from "./statuses.js";
import { warningsView } from "./warnings.js";

const ENROLL_BOT = "dosespot-enroll-prescriber-bot";

/** Names of the columns, in their order; the last one goes below the others. */
export const COLUMNS = [
  "Name",
  "Membership",
  "DoseSpot roles",
  "DoseSpot id",
  "Status",
  "EPCS",
  "Next action",
  "Last changed",
  "Actions",
];

/**
 * @typedef {{practitioner: Object, membership: Object|undefined, roles: Array<Object>}} Entry one
 *   Practitioner, its ProjectMembership and its PractitionerRoles.
 */

export class Row {
  /**
   * @param {Entry} entry
   * @param {{server: FhirServer, statuses: Statuses, onChange: function(): void}}
   *   page what all rows share; `onChange` is called when the entry was read anew.
   */
  constructor(entry, page) {
    this.page = page;
    this.entry = entry;
    const name = nameOf(entry.practitioner);
    this.cells = COLUMNS.slice(1, -1).map((column) =>
      el("td", { role: "cell", "data-label": column }),
    );
    this.nameCell = el("th", { role: "rowheader", scope: "row" });
    this.result = el("div", { role: "status", class: "result" });
    this.readiness = new Readiness(page.server, entry.practitioner.id, name);
    this.actions = el(
      "td",
      { role: "cell", class: "actions" },
      this.#buttons(name),
      this.result,
      this.readiness.node,
    );
    this.node = el("tr", { role: "row" }, this.nameCell, ...this.cells, this.actions);
    this.update(entry);
  }

  /** @param {Entry} entry what is on record now. */
  update(entry) {
    this.entry = entry;
    const { practitioner, membership } = entry;
    const status = registrationStatus(practitioner);
    const id = doseSpotId(membership);
    const facts = { dea: hasDea(practitioner), doseSpotId: id };
    this.guidance = this.page.statuses.guidance(status, facts);
    this.nameCell.replaceChildren(
      nameOf(practitioner),
      practitioner.active === false ? el("small", {}, " (not active)") : "",
    );
    const contents = [
      [membershipWord(membership)],
      [doseSpotRoles(entry.roles).join(", ") || "None"],
      [id ?? "None"],
      [this.guidance.meaning],
      [hasEpcs(practitioner) ? "Enabled" : "Not enabled"],
      nextAction(this.guidance),
      [changed(practitioner.meta?.lastUpdated)],
    ];
    this.cells.forEach((cell, index) => cell.replaceChildren(...contents[index]));
  }

  /** The roles to enroll in, behind a line that says which are chosen. */
  #roleChoice(name) {
    const summary = el("summary", {});
    const tell = () => {
      const chosen = this.roles.names.join(", ") || "choose first";
      summary.replaceChildren(`Roles: ${chosen}`);
      summary.setAttribute("aria-label", `Roles of ${name}: ${chosen}`);
    };
    this.roles = new RoleChoice(`Roles in DoseSpot of ${name}`, tell);
    tell();
    return el("details", { class: "role-choice" }, summary, this.roles.node);
  }

  #buttons(name) {
    const tfaType = select({ "aria-label": `Second factor of ${name}` }, [
      ["Mobile", "Mobile"],
      ["Token", "Token"],
    ]);
    const flags = {
      Enroll: () => ({}),
      "Initialize IDP": () => ({ initIdp: true }),
      "Initialize TFA": () => ({ initTfa: true, tfaType: tfaType.value }),
    };
    this.buttons = Object.entries(flags).map(([label, given]) =>
      el(
        "button",
        {
          type: "button",
          class: "outline",
          "aria-label": `${label}: ${name}`,
          onclick: whenFree(() => this.#run(label, given())),
        },
        label,
      ),
    );
    this.roleChoice = this.#roleChoice(name);
    const [enroll, idp, tfa] = this.buttons;
    return el(
      "div",
      { class: "buttons" },
      this.roleChoice,
      enroll,
      idp,
      el("span", {}, tfa, tfaType),
      this.readiness.button,
    );
  }

  async #run(label, flags) {
    if (this.roles.numbers.length === 0) {
      this.result.replaceChildren(el("p", {}, `${label}: choose the roles in DoseSpot first.`));
      this.roleChoice.open = true;
      this.roles.ask();
      return;
    }
    setBusy(this.buttons, true);
    this.result.replaceChildren(el("p", {}, `${label}: working …`));
    try {
      const answer = await this.page.server.execute(ENROLL_BOT, {
        practitionerId: this.entry.practitioner.id,
        practitionerRoleTypes: this.roles.numbers,
        ...flags,
      });
      this.result.replaceChildren(
        el("p", { class: "done" }, this.#summary(label, answer)),
        warningsView(answer.warnings),
      );
    } catch (error) {
      this.result.replaceChildren(errorView(error, `${label} did not work.`));
    }
    await Promise.all([this.#refresh(), this.readiness.again()]);
    setBusy(this.buttons, false);
  }

  #summary(label, answer) {
    const initialized =
      (answer.idpInitialized && "Identity proofing is initialized. ") ||
      (answer.tfaInitialized && "Two-factor authentication is initialized. ") ||
      "";
    const status = this.page.statuses.meaning(answer.registrationStatus);
    return `${label}: done. ${initialized}Status: ${status}.`;
  }

  /** Reads the entry anew; a failed run may have written something down too. */
  async #refresh() {
    try {
      this.update(await readEntry(this.page.server, this.entry.practitioner.id));
    } catch (error) {
      this.result.append(errorView(error, "The row could not be refreshed."));
    }
    this.page.onChange();
  }
}

async function readEntry(server, id) {
  const reference = `Practitioner/${id}`;
  const [practitioner, memberships, roles] = await Promise.all([
    server.read(reference),
    server.searchAll("ProjectMembership", { profile: reference }),
    server.searchAll("PractitionerRole", { practitioner: reference }),
  ]);
  return { practitioner, membership: memberships[0], roles };
}

/** Who does what next; where nobody has to, only that. */
function nextAction({ owner, action }) {
  return owner === NOBODY ? [action] : [el("strong", {}, `${owner}:`), ` ${action}`];
}

function membershipWord(membership) {
  if (membership === undefined) {
    return "No";
  }
  return membership.admin === true ? "Administrator" : "Yes";
}

function changed(instant) {
  const moment = new Date(instant);
  if (!instant || Number.isNaN(moment.getTime())) {
    return "Unknown";
  }
  const shown = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return el("time", { datetime: instant }, shown);
}
