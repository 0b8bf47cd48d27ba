/** The administrator page: where every prescriber stands, and what comes next. */

import { el, setBusy, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { CreationForm } from "./form.js";
import { STATUS_RECORDED, recordOf } from "./history.js";
import { checkEverybody } from "./readiness.js";
import { runSession } from "./session.js";
import { setupPanel } from "./setup.js";
import { clinicsAmong, keyOf, standingsOf } from "./standings.js";
import { stuckChart } from "./stuck_chart.js";
import { updateEverybody } from "./status_update.js";
import { TeamTable } from "./team_table.js";
import { ADMINISTRATOR } from "./words/administrator.js";
import { COMMON } from "./words/common.js";
import { READINESS } from "./words/readiness.js";

const MOST_EVENTS = 1000;

class Board {
  constructor(server, statuses, own) {
    this.own = own;
    this.server = server;
    this.statuses = statuses;
    this.table = new TeamTable({ server, statuses, reload: () => this.load() });
    this.table.onFilter = () => this.#draw();
    this.update = button(ADMINISTRATOR.updateAll, () => this.#updateAll());
    this.check = button(ADMINISTRATOR.checkAll, () => this.#checkAll());
    this.refresh = button(ADMINISTRATOR.refresh, () => this.load());
    this.save = button(ADMINISTRATOR.exportCsv, () => this.table.save());
    this.told = el("div", { role: "status" });
    this.chart = el("div", {}, el("p", { class: "soft" }, COMMON.loading));
    this.standings = [];
    this.clinics = [];
  }

  get nodes() {
    return [
      el(
        "section",
        { class: "panel", "aria-labelledby": "stuck" },
        el("h2", { id: "stuck" }, ADMINISTRATOR.whereTheyAre),
        this.chart,
      ),
      el(
        "section",
        { class: "panel", "aria-labelledby": "team" },
        el(
          "div",
          { class: "head" },
          el("h2", { id: "team" }, ADMINISTRATOR.team),
          el("div", { class: "tools" }, this.update, this.check, this.refresh, this.save),
        ),
        this.told,
        ...this.table.nodes,
      ),
    ];
  }

  /** Reads everybody from the server. */
  load() {
    this.loaded = this.#load();
    return this.loaded;
  }

  async #load() {
    try {
      const records = await readRecords(this.server);
      this.clinics = clinicsAmong(records.organizations, this.own);
      this.standings = standingsOf(records, this.statuses, this.own);
      this.table.fill(this.standings);
      this.#draw();
      this.#tellSince();
    } catch (error) {
      if (this.standings.length === 0) {
        this.chart.replaceChildren();
      }
      this.told.replaceChildren(errorView(error, ADMINISTRATOR.loadFailed));
    }
  }

  #draw() {
    const onChoose = (state) => this.table.set({ state });
    this.chart.replaceChildren(
      this.standings.length > 0
        ? stuckChart(this.standings, this.table.state.state, onChoose)
        : el("p", { class: "soft" }, ADMINISTRATOR.nobody),
    );
  }

  /** Since when people stand where they do, which the AuditEvents know better than the records. */
  async #tellSince() {
    const query = { ...STATUS_RECORDED, _count: MOST_EVENTS };
    const { resources } = await this.server.search("AuditEvent", query).catch(() => noEvents);
    const latest = new Map(resources.toReversed().map((each) => [recordOf(each), each.recorded]));
    for (const { standing } of this.table.rows.values()) {
      standing.changed = latest.get(standing.record) ?? standing.changed;
    }
    this.table.fill(this.standings);
  }

  async #updateAll() {
    await this.#working([this.update], ADMINISTRATOR.updateAllFailed, async () => {
      const { updated, updatedSoFar, updatingAll } = ADMINISTRATOR;
      const show = (sums) => this.told.replaceChildren(el("p", {}, updatedSoFar(updated(sums))));
      this.told.replaceChildren(el("p", {}, updatingAll));
      const sums = await updateEverybody(this.server, show);
      this.told.replaceChildren(el("p", { class: "done" }, updated(sums)));
      await this.load();
    });
  }

  /** Asks the readiness bot about everybody; each row shows its answer. */
  async #checkAll() {
    await this.#working([this.check], READINESS.failed, async () => {
      this.told.replaceChildren(el("p", {}, ADMINISTRATOR.checkingAll));
      const { rows } = this.table;
      let checked = 0;
      for (const clinic of new Set(this.standings.map((each) => each.clinic))) {
        await checkEverybody(this.server, clinic, (answer) => {
          const key = keyOf(answer.practitioner.replace("Practitioner/", ""), clinic?.id);
          if (rows.has(key)) {
            checked += 1;
            this.table.row(key).readiness.show(answer);
          }
        });
      }
      this.told.replaceChildren(el("p", {}, ADMINISTRATOR.checkedAll(checked, rows.size)));
    });
  }

  async #working(buttons, failed, work) {
    setBusy(buttons, true);
    try {
      await work();
    } catch (error) {
      this.told.replaceChildren(errorView(error, failed));
    }
    setBusy(buttons, false);
  }
}

const noEvents = { resources: [] };

function button(label, onclick) {
  return el("button", { type: "button", class: "quiet", onclick: whenFree(onclick) }, label);
}

async function readRecords(server) {
  const [practitioners, memberships, roles, organizations] = await Promise.all([
    server.searchAll("Practitioner"),
    server.searchAll("ProjectMembership", { "profile-type": "Practitioner" }),
    server.searchAll("PractitionerRole"),
    server.searchAll("Organization"),
  ]);
  return { practitioners, memberships, roles, organizations };
}

function content(server, me, statuses, config) {
  if (me.membership?.admin !== true) {
    return [
      el("h1", {}, ADMINISTRATOR.title),
      el(
        "div",
        { role: "alert", class: "notice" },
        ADMINISTRATOR.notAdministrator,
        el("a", { href: "../provider/" }, ADMINISTRATOR.providerPage),
        ADMINISTRATOR.sentenceEnd,
      ),
    ];
  }
  const board = new Board(server, statuses, config.clinicId);
  board.load();
  return [
    el(
      "div",
      { class: "head" },
      el(
        "div",
        {},
        el("h1", {}, ADMINISTRATOR.title),
        el("p", { class: "soft" }, ADMINISTRATOR.about),
      ),
    ),
    setupPanel(server, board, config),
    el("section", { class: "panel" }, new CreationForm(server, config, () => board.load()).node),
    ...board.nodes,
  ];
}

runSession(ADMINISTRATOR.title, content);
