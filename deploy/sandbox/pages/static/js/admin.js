/** The administrator page: where every prescriber stands, and what comes next. */

import { el, field, select, setBusy, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { CreationForm } from "./form.js";
import { nameOf, sortKey } from "./people.js";
import { checkEverybody } from "./readiness.js";
import { COLUMNS, Row } from "./row.js";
import { runSession } from "./session.js";
import { NOBODY } from "./statuses.js";

const TITLE = "Prescriber enrollment";
const AT_ONCE = 100;
const OWNERS = ["Prescriber", "Administrator", "DoseSpot", NOBODY];
const ANY = "";

/** The table with its filters; loads by itself. */
class Board {
  constructor(server, statuses) {
    this.server = server;
    this.page = { server, statuses, onChange: () => this.#offerStatuses() };
    this.rows = [];
    this.limit = AT_ONCE;
    const onchange = () => this.#filter();
    this.name = el("input", { type: "search", autocomplete: "off", oninput: onchange });
    this.owner = select({ onchange }, [[ANY, "Anybody"], ...OWNERS.map((each) => [each, each])]);
    this.status = select({ onchange }, [[ANY, "Any"]]);
    this.reload = plainButton("Refresh", () => this.load());
    this.check = plainButton("Check everybody's readiness", () => this.#checkEverybody());
    this.count = el("p", { role: "status", class: "count" });
    this.body = el("tbody", { role: "rowgroup" });
    this.more = el(
      "button",
      { type: "button", class: "outline", hidden: true, onclick: () => this.#showMore() },
      `Show ${AT_ONCE} more`,
    );
  }

  /** @returns {Array<Node>} the board for the page. */
  get nodes() {
    const heads = COLUMNS.map((column) =>
      el("th", { role: "columnheader", scope: "col" }, column),
    );
    return [
      el(
        "search",
        { class: "filters" },
        field("Search by name", this.name),
        field("Who acts next", this.owner),
        field("Status", this.status),
        el("div", { class: "tools" }, this.reload, this.check),
      ),
      this.count,
      el(
        "table",
        { role: "table", "aria-label": "Prescribers" },
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
        this.body,
      ),
      this.more,
    ];
  }

  /** Reads everybody from the server. */
  async load() {
    setBusy([this.reload, this.check], true);
    this.count.replaceChildren("Loading prescribers …");
    try {
      this.rows = (await readEntries(this.server)).map((entry) => new Row(entry, this.page));
      this.#offerStatuses();
      this.#filter();
    } catch (error) {
      this.count.replaceChildren(errorView(error, "The prescribers could not be loaded."));
    }
    setBusy([this.reload, this.check], false);
  }

  /** Asks the readiness bot about everybody; each row shows its answer. */
  async #checkEverybody() {
    setBusy([this.reload, this.check], true);
    const rows = new Map(this.rows.map((row) => [`Practitioner/${row.entry.practitioner.id}`, row]));
    let checked = 0;
    this.count.replaceChildren("Checking readiness …");
    try {
      await checkEverybody(this.server, (answer) => {
        checked += 1;
        rows.get(answer.practitioner)?.readiness.show(answer);
      });
      this.#filter();
      const others = checked < rows.size ? "; the others have no membership" : "";
      this.count.append(` Readiness of ${checked} checked${others}.`);
    } catch (error) {
      this.count.replaceChildren(errorView(error, "Readiness could not be checked."));
    }
    setBusy([this.reload, this.check], false);
  }

  /** The statuses that somebody has; whoever's status just changed stays in sight. */
  #offerStatuses() {
    const wanted = this.status.value;
    const found = [...new Set([...this.rows.map((row) => row.guidance.meaning), wanted])];
    const options = found.filter((each) => each !== ANY).sort();
    this.status.replaceChildren(
      el("option", { value: ANY }, "Any"),
      ...options.map((each) => el("option", { value: each }, each)),
    );
    this.status.value = wanted;
  }

  #filter() {
    const words = this.name.value.toLowerCase().split(/\s+/);
    const shown = this.rows.filter(({ entry, guidance }) => {
      const name = nameOf(entry.practitioner).toLowerCase();
      return (
        words.every((word) => name.includes(word)) &&
        [ANY, guidance.owner].includes(this.owner.value) &&
        [ANY, guidance.meaning].includes(this.status.value)
      );
    });
    const visible = shown.slice(0, this.limit);
    this.body.replaceChildren(...visible.map((row) => row.node));
    this.more.hidden = visible.length === shown.length;
    this.count.replaceChildren(`${visible.length} of ${this.rows.length} prescribers shown.`);
  }

  #showMore() {
    const first = this.limit;
    this.limit += AT_ONCE;
    this.#filter();
    this.body.rows[first]?.querySelector("button")?.focus();
  }
}

function plainButton(label, onclick) {
  const attributes = { type: "button", class: "secondary outline", onclick: whenFree(onclick) };
  return el("button", attributes, label);
}

async function readEntries(server) {
  const [practitioners, memberships, practitionerRoles] = await Promise.all([
    server.searchAll("Practitioner"),
    server.searchAll("ProjectMembership", { "profile-type": "Practitioner" }),
    server.searchAll("PractitionerRole"),
  ]);
  const membershipOf = new Map(memberships.map((each) => [each.profile?.reference, each]));
  const rolesOf = new Map();
  for (const role of practitionerRoles) {
    const whose = role.practitioner?.reference;
    rolesOf.set(whose, [...(rolesOf.get(whose) ?? []), role]);
  }
  return practitioners
    .map((practitioner) => {
      const reference = `Practitioner/${practitioner.id}`;
      const roles = rolesOf.get(reference) ?? [];
      return { practitioner, membership: membershipOf.get(reference), roles };
    })
    .sort((a, b) => sortKey(a.practitioner).localeCompare(sortKey(b.practitioner)));
}

function content(server, me, statuses) {
  if (me.membership?.admin !== true) {
    return [
      el("h1", {}, TITLE),
      el(
        "p",
        { role: "alert" },
        "You are not an administrator of this project, so you can't enroll others. To enroll" +
          " yourself, open the ",
        el("a", { href: "../provider/" }, "provider page"),
        ".",
      ),
    ];
  }
  const board = new Board(server, statuses);
  board.load();
  return [
    el("h1", {}, TITLE),
    el(
      "p",
      {},
      "Every prescriber of the project, as of the last run of the bot for them. After a prescriber" +
        " has done something in DoseSpot, “Enroll” looks there again.",
    ),
    new CreationForm(server, () => board.load()).node,
    ...board.nodes,
  ];
}

runSession(TITLE, content);
