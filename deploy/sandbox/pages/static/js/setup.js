/** How far each clinic has come, in four steps, and what an administrator can do about it. */

import { Billing } from "./billing.js";
import { el, setBusy, whenFree } from "./dom.js";
import { engineersDetails, errorView } from "./errors.js";
import { openInvitations } from "./invitations.js";
import { inOneLine, openClinicSetup } from "./set_up_clinic.js";
import { INVITATIONS, SETUP } from "./words/clinics.js";

const BOT = "dosespot-setup-progress-bot";

/**
 * @param {FhirServer} server
 * @param {{clinics: Array<Clinic>, loaded: Promise<void>, load: function(): Promise<void>}} board
 * @returns {HTMLElement} hidden where the server has no bot for it.
 */
export function setupPanel(server, board) {
  const clinics = el("div", {});
  let own = null;
  const told = el("div", { "aria-live": "polite" });
  const tools = el("div", { class: "tools" });
  const node = el(
    "section",
    { class: "panel", "aria-labelledby": "setup", hidden: true },
    el("div", { class: "head" }, el("h2", { id: "setup" }, SETUP.title), tools),
    clinics,
    told,
  );

  async function load() {
    try {
      await board.loaded; // who looks for somebody waits for the table, and the bots take longer
      const [progress, billing] = await Promise.all([progressOf(server), Billing.read(server)]);
      own = unrecordedOwn(progress, board.clinics);
      clinics.replaceChildren(
        ...progress.clinics.map((each) => clinicNode(each, board.clinics, billing)),
      );
      told.replaceChildren(...missing(progress, own));
      node.hidden = false;
    } catch (error) {
      node.hidden = error.status === 404;
      told.replaceChildren(errorView(error, SETUP.failed));
    }
  }

  const changed = () => Promise.all([board.load(), load()]);
  tools.append(
    act(SETUP.setUpClinic, () => openClinicSetup(server, own, changed)),
    act(INVITATIONS.title, () => openInvitations(server, board, changed)),
  );
  load();
  return node;
}

/** The four steps of each clinic, with the people of all pages. */
async function progressOf(server) {
  const clinics = new Map();
  let [cursor, workspaceMissing] = [null, null];
  do {
    const answer = await server.execute(BOT, cursor === null ? {} : { cursor });
    // Without access to DoseSpot there is no clinic, and the first step is where everything begins.
    (answer.clinics.length > 0 ? answer.clinics : [answer]).forEach((each) => {
      const number = each.doseSpotClinicId;
      clinics.set(number, summed(clinics.get(number) ?? { number, sums: {} }, each));
    });
    ({ workspaceMissing, nextCursor: cursor } = answer);
  } while (cursor !== null);
  return { clinics: [...clinics.values()], workspaceMissing };
}

/** What is known of a clinic, with another page's people. */
function summed({ number, sums, current }, { steps, currentStep }) {
  const order = Object.keys(SETUP.steps);
  const further = order.indexOf(currentStep) > order.indexOf(current);
  const added = steps.map(({ step, people }) => [step, (sums[step] ?? 0) + people]);
  return { number, sums: Object.fromEntries(added), current: further ? currentStep : current };
}

/** The steps of a clinic, below its name and address and above what it costs, as far as known. */
function clinicNode(progress, clinics, billing) {
  const clinic = clinics.find(({ number }) => number === progress.number);
  const heading = clinic
    ? el("h3", {}, clinic.name, " ", el("small", {}, inOneLine({ address: clinic.address })))
    : "";
  const month = billing.monthAt(progress.number);
  const cost = month ? el("p", { class: "soft" }, SETUP.billed(month)) : "";
  const stepper = el("ol", { class: "stepper" }, ...steps(progress));
  return el("div", { class: "clinic" }, heading, stepper, cost);
}

function steps({ sums, current }) {
  const order = Object.keys(SETUP.steps);
  const reached = order.indexOf(current);
  return order.map((step, index) => {
    const people = sums[step] ?? 0;
    const state = index === reached ? "current" : index < reached ? "done" : "later";
    const isDone = state === "done" && (index === 0 || people === 0);
    const count = index === 0 ? "" : SETUP.people(people);
    return el(
      "li",
      { "data-state": state, "aria-current": state === "current" ? "step" : null },
      el("span", { class: "step-number", "aria-hidden": "true" }, isDone ? "✓" : String(index + 1)),
      el("span", {}, el("strong", {}, SETUP.steps[step]), el("small", {}, count)),
    );
  });
}

/** Number of the project's own clinic, which is told first, unless it is on record. */
function unrecordedOwn({ clinics: [{ number = null }] }, recorded) {
  return recorded.some((each) => each.number === number) ? null : number;
}

function missing({ clinics, workspaceMissing }, own) {
  if (workspaceMissing !== null) {
    const told = [el("p", {}, SETUP.noAccess), engineersDetails(workspaceMissing)];
    return [el("div", { class: "warning" }, ...told)];
  }
  const isNeeded = own !== null && clinics.length > 1;
  return isNeeded ? [el("div", { class: "warning" }, el("p", {}, SETUP.ownFirst))] : [];
}

function act(label, onclick) {
  const button = el("button", { type: "button", class: "quiet" }, label);
  button.addEventListener(
    "click",
    whenFree(async () => {
      setBusy([button], true);
      await onclick();
      setBusy([button], false);
    }),
  );
  return button;
}
