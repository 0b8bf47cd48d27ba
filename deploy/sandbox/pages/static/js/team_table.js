/** The team as a table: searched, filtered and sorted as the page's address says. */

import { addressState, keepInAddress } from "./address.js";
import { csvOf, saveFile } from "./csv.js";
import { el, field, select } from "./dom.js";
import { doseSpotRoles, emailOf } from "./people.js";
import { TeamRow } from "./team_row.js";
import { TEAM } from "./words/administrator.js";
import { COMMON, FIELDS } from "./words/common.js";
import { OWNERS } from "./words/statuses.js";

const AT_ONCE = 50;
const ANY = "";

/** What people can sort by, per column. */
const SORTED_BY = {
  name: ({ sortKey }) => sortKey,
  state: ({ guidance }) => guidance.meaning,
  since: ({ changed }) => changed ?? "",
  next: ({ guidance }) => `${OWNERS.indexOf(guidance.owner)} ${guidance.action}`,
};

export class TeamTable {
  /** @param {Object} page what all rows share. */
  constructor(page) {
    const placesOf = ({ id }) =>
      [...this.rows.values()]
        .map(({ standing }) => standing)
        .filter(({ practitioner }) => practitioner.id === id);
    this.page = { ...page, placesOf };
    this.rows = new Map();
    this.limit = AT_ONCE;
    this.state = { q: ANY, owner: ANY, state: ANY, sort: "name", dir: "up", ...addressState() };
    const search = { type: "search", autocomplete: "off", value: this.state.q };
    this.name = el("input", { ...search, oninput: () => this.set({ q: this.name.value }) });
    this.owner = select({ onchange: () => this.set({ owner: this.owner.value }) }, [
      [ANY, TEAM.anybody],
      ...OWNERS.map((each) => [each, each]),
    ]);
    this.owner.value = this.state.owner;
    this.standing = select({ onchange: () => this.set({ state: this.standing.value }) }, []);
    this.count = el("p", { role: "status", class: "count" });
    this.heads = Object.keys(SORTED_BY).map((key) => this.#head(key));
    this.body = el("tbody", { role: "rowgroup" });
    this.more = el(
      "button",
      { type: "button", class: "quiet", hidden: true, onclick: () => this.#showMore() },
      TEAM.showMore(AT_ONCE),
    );
    const heads = [...this.heads, el("th", { role: "columnheader", scope: "col" }, TEAM.actions)];
    this.table = el(
      "table",
      { role: "table", class: "team", "aria-label": TEAM.label },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
      this.body,
    );
  }

  /** @returns {Array<Node>} the table with its filters. */
  get nodes() {
    return [
      el(
        "search",
        { class: "filters" },
        field(COMMON.searchByName, this.name),
        field(TEAM.acts, this.owner),
        field(TEAM.columns.state, this.standing),
      ),
      this.count,
      this.table,
      this.more,
    ];
  }

  /** @param {Array<Standing>} standings everybody; rows that are there already stay. */
  fill(standings) {
    const known = this.rows;
    this.rows = new Map(
      standings.map((standing) => {
        const row = known.get(standing.key);
        if (row === undefined) {
          return [standing.key, { standing }];
        }
        row.node?.update(standing);
        return [standing.key, { ...row, standing }];
      }),
    );
    this.#offerStates();
    this.show();
  }

  /** @param {Object<string, string>} change of what is searched, filtered or sorted. */
  set(change) {
    this.state = { ...this.state, ...change };
    this.limit = AT_ONCE;
    this.standing.value = this.state.state;
    const { sort, dir, ...filters } = this.state;
    const plain = sort === "name" && dir === "up";
    keepInAddress(plain ? filters : { ...filters, sort, dir });
    this.show();
    this.onFilter?.(this.state);
  }

  /** @returns {Array<Standing>} those that are searched for, in order. */
  get found() {
    const { q, owner, state, sort, dir } = this.state;
    const words = q.toLowerCase().split(/\s+/);
    const by = SORTED_BY[sort] ?? SORTED_BY.name;
    const sign = dir === "down" ? -1 : 1;
    return [...this.rows.values()]
      .map(({ standing }) => standing)
      .filter(({ name, guidance, practitioner }) => {
        const text = `${name} ${emailOf(practitioner)}`.toLowerCase();
        return (
          words.every((word) => text.includes(word)) &&
          [ANY, guidance.owner].includes(owner) &&
          [ANY, guidance.meaning].includes(state)
        );
      })
      .sort((a, b) => sign * by(a).localeCompare(by(b)));
  }

  /** Shows what is searched for. */
  show() {
    const found = this.found;
    const visible = found.slice(0, this.limit);
    this.#place(visible.map(({ key }) => this.row(key).node));
    this.more.hidden = visible.length === found.length;
    this.table.hidden = found.length === 0;
    this.count.replaceChildren(this.#countWords(visible.length));
    this.heads.forEach((head) => this.#markSorted(head));
  }

  /** @returns {TeamRow} the row of somebody, made when it is first needed. */
  row(key) {
    const place = this.rows.get(key);
    place.node ??= new TeamRow(place.standing, this.page);
    return place.node;
  }

  /** Saves what is searched for as CSV. */
  save() {
    const { name, state, since, next } = TEAM.columns;
    const head = [name, FIELDS.email, COMMON.clinic, TEAM.roles, state, since];
    const rows = this.found.map(({ name, practitioner, clinic, roles, guidance, changed, epcs }) => [
      name,
      emailOf(practitioner),
      clinic?.name ?? "",
      doseSpotRoles(roles).join("; "),
      guidance.meaning,
      changed ?? "",
      guidance.owner,
      guidance.action,
      epcs ? COMMON.enabled : COMMON.notEnabled,
    ]);
    const names = [...head, TEAM.acts, next, COMMON.controlled];
    saveFile("prescribers.csv", csvOf([names, ...rows]));
  }

  #head(key) {
    const sort = () => {
      const turned = this.state.sort === key && this.state.dir === "up" ? "down" : "up";
      this.set({ sort: key, dir: turned });
    };
    const mark = el("span", { "aria-hidden": "true" });
    const button = el("button", { type: "button", onclick: sort }, TEAM.columns[key], mark);
    return el("th", { role: "columnheader", scope: "col", "data-key": key }, button);
  }

  #markSorted(head) {
    const { sort, dir } = this.state;
    const sorted = head.dataset.key === sort;
    head.setAttribute("aria-sort", sorted ? `${dir === "up" ? "a" : "de"}scending` : "none");
    head.querySelector("span").textContent = sorted ? (dir === "up" ? " ▴" : " ▾") : "";
  }

  /** The states that somebody is in; the one that is filtered for stays. */
  #offerStates() {
    const wanted = this.state.state;
    const all = [...this.rows.values()].map(({ standing }) => standing.guidance.meaning);
    const states = [...new Set([...all, wanted])].filter((each) => each !== ANY).sort();
    const options = [[ANY, TEAM.anywhere], ...states.map((each) => [each, each])];
    this.standing.replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
    this.standing.value = wanted;
  }

  #countWords(visible) {
    const all = this.rows.size;
    if (visible > 0) {
      return TEAM.shown(visible, all);
    }
    return all === 0 ? TEAM.nobody : TEAM.nobodyFound;
  }

  /** Rows that stand where they should stay untouched: whatever is moved loses the focus. */
  #place(nodes) {
    const { rows } = this.body;
    if (nodes.length !== rows.length || nodes.some((node, index) => rows[index] !== node)) {
      this.body.replaceChildren(...nodes);
    }
  }

  #showMore() {
    const first = this.limit;
    this.limit += AT_ONCE;
    this.show();
    this.body.rows[first]?.querySelector("button")?.focus();
  }
}
