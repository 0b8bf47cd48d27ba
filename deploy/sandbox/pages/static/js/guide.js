/** The steps of a prescriber's enrollment, and what to have at hand at each of them. */

import { el } from "./dom.js";

const STEPS = {
  connect: ["Connect", "DoseSpot gets your name, NPI, DEA number and address from your record here."],
  agree: ["Sign the agreements", "They are DoseSpot's own, and you sign them on its page below."],
  identity: [
    "Verify your identity",
    "Have ready:",
    [
      "your mobile phone, to take a picture of your face",
      "your NPI, DEA number and state license",
      "your Social Security number and a credit card (debit cards are not accepted)",
      "a US driver's license, ID card or passport with a photo",
    ],
    "You enter all this on DoseSpot's page only. There are up to three attempts; after the third," +
      " DoseSpot shows a link to ID.me, which can take up to 24 hours. If no text message comes," +
      " look among the spam on your phone.",
  ],
  factor: [
    "Set up two-factor authentication",
    "It is needed for controlled substances only. Have ready:",
    ["your mobile phone with an authenticator app, or your hardware token", "a PIN that you choose"],
    "For each controlled substance DoseSpot asks for the PIN and the code on your phone or token.",
  ],
  ready: ["Ready to prescribe", "Open ePrescribing for a patient, or without one."],
};

/**
 * @param {string} current the step that somebody is at.
 * @returns {HTMLElement} all steps, with what to have at hand at the current one.
 */
export function guide(current) {
  const order = Object.keys(STEPS);
  const at = order.indexOf(current);
  const items = order.map((step, index) => {
    const [title, ...help] = STEPS[step];
    const finished = index < at || (step === "ready" && current === "ready");
    const state = finished ? "done" : index === at ? "current" : "later";
    const number = finished ? "✓" : String(index + 1);
    return el(
      "li",
      { "data-state": state, "aria-current": index === at ? "step" : null },
      el("span", { class: "step-number", "aria-hidden": "true" }, number),
      el("div", {}, el("strong", {}, title), ...(index === at ? help.map(helpNode) : [])),
    );
  });
  return el("ol", { class: "guide" }, ...items);
}

function helpNode(help) {
  return Array.isArray(help)
    ? el("ul", {}, ...help.map((each) => el("li", {}, each)))
    : el("p", { class: "soft" }, help);
}
