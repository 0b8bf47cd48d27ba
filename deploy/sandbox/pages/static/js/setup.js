/** How far the clinic has come, in four steps, and what an administrator can do about it. */

import { el, setBusy, whenFree } from "./dom.js";
import { engineersDetails, errorView } from "./errors.js";
import { openInvitations } from "./invitations.js";
import { openClinicSetup } from "./set_up_clinic.js";
import { INVITATIONS, SETUP } from "./words/clinics.js";

const BOT = "dosespot-setup-progress-bot";

/**
 * @param {FhirServer} server
 * @param {{table: TeamTable, load: function(): Promise<void>}} board
 * @returns {HTMLElement} hidden where the server has no bot for it.
 */
export function setupPanel(server, board) {
  const steps = el("ol", { class: "stepper" });
  const told = el("div", { "aria-live": "polite" });
  const tools = el("div", { class: "tools" });
  const node = el(
    "section",
    { class: "panel", "aria-labelledby": "setup", hidden: true },
    el("div", { class: "head" }, el("h2", { id: "setup" }, SETUP.title), tools),
    steps,
    told,
  );

  async function load() {
    try {
      const progress = await progressOf(server);
      steps.replaceChildren(...stepNodes(progress));
      told.replaceChildren(...missing(progress.workspaceMissing));
      node.hidden = false;
    } catch (error) {
      node.hidden = error.status === 404;
      told.replaceChildren(errorView(error, SETUP.failed));
    }
  }

  const changed = () => Promise.all([load(), board.load()]);
  tools.append(
    act(SETUP.setUpClinic, () => openClinicSetup(server, changed)),
    act(INVITATIONS.title, () => openInvitations(server, board, changed)),
  );
  load();
  return node;
}

/** The four steps with the people of all pages. */
async function progressOf(server) {
  const sums = {};
  let [cursor, current, workspaceMissing] = [null, null, null];
  do {
    const answer = await server.execute(BOT, cursor === null ? {} : { cursor });
    answer.steps.forEach(({ step, people }) => (sums[step] = (sums[step] ?? 0) + people));
    const order = Object.keys(SETUP.steps);
    const further = order.indexOf(answer.currentStep) > order.indexOf(current);
    current = further ? answer.currentStep : current;
    ({ workspaceMissing, nextCursor: cursor } = answer);
  } while (cursor !== null);
  return { sums, current, workspaceMissing };
}

function stepNodes({ sums, current }) {
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

function missing(workspaceMissing) {
  if (workspaceMissing === null) {
    return [];
  }
  const told = [el("p", {}, SETUP.noAccess), engineersDetails(workspaceMissing)];
  return [el("div", { class: "warning" }, ...told)];
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
