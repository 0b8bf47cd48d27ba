/** The clinic that a prescriber's page is about, which whoever works at several of them chooses. */

import { DETAILS_BOT } from "./details_form.js";
import { el, field, select } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { errorView } from "./errors.js";
import { doseSpotId } from "./people.js";
import { pill } from "./pills.js";
import { runSession } from "./session.js";
import { CLINIC, clinicsAmong, standingsOf } from "./standings.js";
import { COMMON } from "./words/common.js";

const CLINICS = { identifier: `${CLINIC}|` };
const DRAFT = "clinic";

/**
 * @typedef {{server: FhirServer, statuses: Statuses, own: number|undefined, clinic: Clinic|null,
 *   refresh: function(): void}} Place what a page works with: DoseSpot's number of the project's own
 *   clinic, if the site says it; the clinic, null where there is nothing to choose; and what to call
 *   once the status there may have changed.
 */

/**
 * Runs a page about one clinic.
 *
 * @param {string} title of the page.
 * @param {function(Place, boolean): Array<Node>} content makes what stands below the title, for a
 *   clinic and for whether the prescriber is connected there.
 */
export function runAtClinic(title, content) {
  return runSession(title, async (server, me, statuses, { clinicId: own }) => {
    const heading = el("h1", {}, title);
    const anywhere = { server, statuses, own, clinic: null, refresh: () => {} };
    const withoutChoice = () => content(anywhere, doseSpotId(me.membership) !== null);
    try {
      const ids = await clinicsOf(server);
      if (ids.length > 1) {
        return [heading, ...(await new ClinicChoice(anywhere, me.profile.id, ids, content).open())];
      }
      return [heading, ...withoutChoice()];
    } catch (error) {
      if (error.status === 401) {
        throw error;
      }
      return [heading, errorView(error, COMMON.clinicsFailed), ...withoutChoice()];
    }
  });
}

/** Ids of the Organizations to choose from, the one of the default location first. */
async function clinicsOf(server) {
  const organizations = await server.searchAll("Organization", CLINICS).catch(noneIfForbidden);
  if (clinicsAmong(organizations).length < 2) {
    return [];
  }
  const { locations } = await server.execute(DETAILS_BOT, {});
  const places = locations.sort((a, b) => b.useAsDefault - a.useAsDefault);
  return [...new Set(places.map(({ organizationId }) => organizationId).filter(Boolean))];
}

/** Who may not read Organizations is asked nothing, as in a project with one clinic. */
function noneIfForbidden(error) {
  if (error.status === 403) {
    return [];
  }
  throw error;
}

class ClinicChoice {
  /**
   * @param {Place} place
   * @param {string} practitionerId
   * @param {Array<string>} ids of the Organizations to choose from.
   * @param {function(Place, boolean): Array<Node>} content
   */
  constructor(place, practitionerId, ids, content) {
    Object.assign(this, { place, practitionerId, ids, content });
    this.state = el("div", { role: "status" });
    this.body = el("div", {});
  }

  /** @returns {Promise<Array<Node>>} the choice, and the content for what is chosen. */
  async open() {
    await this.#load();
    const options = this.standings.map(({ clinic }) => [clinic.id, clinic.name]);
    this.list = select({ onchange: () => this.#choose() }, options);
    const kept = draftOf(DRAFT)?.id;
    this.list.value = this.ids.includes(kept) ? kept : this.list.value;
    this.#draw();
    return [
      el("div", { class: "clinic-choice" }, field(COMMON.clinic, this.list), this.state),
      this.body,
    ];
  }

  get #chosen() {
    return this.standings.find(({ clinic }) => clinic.id === this.list.value);
  }

  #choose() {
    keepDraft(DRAFT, { id: this.list.value });
    this.#draw();
  }

  #draw() {
    const { clinic, status } = this.#chosen;
    const place = { ...this.place, clinic, refresh: () => this.#refresh() };
    this.body.replaceChildren(...this.content(place, status !== null));
    this.#tell();
  }

  /** Shows what is recorded for the chosen clinic, and which others are still to be connected. */
  #tell() {
    const { clinic, status, guidance } = this.#chosen;
    const { tone, meaning } =
      status === null ? { tone: "off", meaning: COMMON.notConnected } : guidance;
    const open = this.standings.filter((each) => each.status === null && each.clinic !== clinic);
    const names = open.map((each) => each.clinic.name);
    this.state.replaceChildren(
      pill(tone, meaning),
      names.length ? el("span", {}, COMMON.stillToConnect(names)) : "",
    );
  }

  async #refresh() {
    try {
      await this.#load();
      this.#tell();
    } catch {
      // What was told last still stands; the next opening reads it again.
    }
  }

  /** Where the prescriber stands at each of the clinics, by the records. */
  async #load() {
    const { server, statuses, own } = this.place;
    const reference = `Practitioner/${this.practitionerId}`;
    const [practitioner, roles, organizations] = await Promise.all([
      server.read(reference),
      server.searchAll("PractitionerRole", { practitioner: reference }),
      server.searchAll("Organization", CLINICS),
    ]);
    const records = { practitioners: [practitioner], memberships: [], roles, organizations };
    const found = new Map(standingsOf(records, statuses, own).map((each) => [each.clinic.id, each]));
    this.standings = this.ids.map((id) => found.get(id)).filter(Boolean);
  }
}
