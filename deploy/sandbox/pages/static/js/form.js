/** The form for adding a prescriber; the bot's own sentences appear beside the fields. */

import { el, field, select, setBusy, whenFree } from "./dom.js";
import { ServerError, errorView } from "./errors.js";
import { RoleChoice } from "./roles.js";

const BOT = "dosespot-create-prescriber-bot";
const TITLE = "Add a prescriber";
const YES_OR_NO = [["", "Choose"], ["true", "Yes"], ["false", "No"]];
const GENDERS = [["", "Not stated"], ["F", "Female"], ["M", "Male"], ["O", "Other or unknown"]];

/** Path in the bot's input, label, and attributes of the input or options of the list. */
const PERSON = [
  ["fName", "First name"],
  ["mName", "Middle name"],
  ["lName", "Last name"],
  ["dateOfBirth", "Date of birth", { type: "date" }],
  ["gender", "Gender", GENDERS],
  ["username", "Username"],
  ["email", "E-mail", { type: "email" }],
  ["phone", "Phone", { type: "tel" }],
  ["fax", "Fax", { type: "tel" }],
];
const PROFESSION = [
  ["details.npi", "NPI", { inputmode: "numeric" }],
  ["details.dea", "DEA number"],
  ["details.deaState", "State of the DEA number"],
  ["details.speciality", "Specialty"],
  ["details.providerType", "Provider type"],
];
const ADDRESS = [
  ["address1", "Street"],
  ["address2", "Suite, floor or unit"],
  ["city", "City"],
  ["state", "State, two letters"],
  ["zipCode", "ZIP code"],
];
const LOCATION = [
  ["state", "State, two letters"],
  ["deaNumber", "DEA number"],
  ["naDeaNumber", "NADEAN"],
  ["medicalLicenseNumber", "Medical license number"],
];
const CONSENTS = [
  ["authSmsConsent", "Agrees to receive sign-in codes by text message", YES_OR_NO],
  ["smsConsent", "Agrees to receive other text messages", YES_OR_NO],
  ["dataRatesSmsConsent", "Understands that message and data rates may apply", YES_OR_NO],
];

export class CreationForm {
  /**
   * @param {FhirServer} server
   * @param {function(): void} onCreated called after somebody was created or changed.
   */
  constructor(server, onCreated) {
    this.server = server;
    this.onCreated = onCreated;
    this.result = el("div", { role: "status", class: "result" });
    this.marked = [];
    this.locations = el("div", {});
    this.roles = new RoleChoice("Roles in DoseSpot");
    this.button = el("button", { type: "submit" }, "Create");
    this.form = this.#form();
    this.node = el("details", { class: "creation" }, el("summary", {}, TITLE), this.form);
  }

  #form() {
    const billing = group("Billing address", under("billingAddress", ADDRESS));
    billing.hidden = true;
    const same = tick("ifBillingSameAsMailing", "The billing address is the same", true);
    same.input.addEventListener("change", () => {
      billing.hidden = same.input.checked;
    });
    const another = el(
      "button",
      { type: "button", class: "secondary outline", onclick: whenFree(() => this.#more()) },
      "Add a location",
    );
    return el(
      "form",
      { novalidate: true, onsubmit: whenFree(() => this.#create()) },
      group("Person", PERSON),
      group("Profession", PROFESSION),
      this.roles.node,
      group("Mailing address", under("mailingAddress", ADDRESS)),
      same.node,
      billing,
      this.locations,
      another,
      group("Consents", CONSENTS),
      tick("invite", "Invite the prescriber to the project by e-mail", false).node,
      this.result,
      this.button,
    );
  }

  async #more() {
    try {
      await this.#addLocation();
    } catch (error) {
      this.result.replaceChildren(errorView(error, "The locations could not be loaded."));
    }
  }

  async #addLocation() {
    const number = this.locations.childElementCount;
    const path = `locations[${number}]`;
    const places = await this.server.searchAll("Location");
    const choices = places.map(({ id, name }) => [id, name ?? id]);
    const fields = [
      [`${path}.locationId`, "Location", [["", "Choose"], ...choices]],
      ...under(path, LOCATION),
    ];
    const added = group(`Location ${number + 1}`, fields);
    added.append(tick(`${path}.useAsDefault`, "Use as default", number === 0).node);
    this.locations.append(added);
    added.querySelector("select").focus();
  }

  async #create() {
    this.#clearProblems();
    const roles = this.roles.numbers;
    if (roles.length === 0) {
      this.result.replaceChildren(el("p", {}, "Create: choose the roles in DoseSpot first."));
      this.roles.ask();
      return;
    }
    setBusy([this.button], true);
    this.result.replaceChildren(el("p", {}, "Create: working …"));
    try {
      const answer = await this.server.execute(BOT, {
        ...bodyOf(this.form),
        practitionerRoleTypes: roles,
      });
      this.result.replaceChildren(...answerView(answer));
      this.onCreated();
    } catch (error) {
      this.result.replaceChildren(this.#refusal(error));
    }
    setBusy([this.button], false);
  }

  /** Puts each problem beside its field; problems of no field stand above the button. */
  #refusal(error) {
    const { lead, problems } = error instanceof ServerError ? error : { lead: "", problems: [] };
    const elsewhere = problems.filter(({ path, what }) => !this.#mark(path, what));
    if (problems.length === 0 || elsewhere.length > 0) {
      return errorView(error, "The prescriber was not created.");
    }
    this.form.querySelector("[aria-invalid]").focus();
    return el(
      "div",
      { class: "error" },
      el("p", {}, el("strong", {}, "The prescriber was not created."), ` ${lead}`),
    );
  }

  #mark(path, what) {
    const control = this.form.elements.namedItem(path);
    if (control === null) {
      return false;
    }
    const note = el("small", { id: `${control.id}-problem`, class: "problem" }, what);
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", note.id);
    control.after(note);
    this.marked.push([control, note]);
    return true;
  }

  #clearProblems() {
    for (const [control, note] of this.marked) {
      note.remove();
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    }
    this.marked = [];
  }
}

/** What was done, and what is missing or to be looked at. */
function answerView(answer) {
  const done = answer.created ? "The prescriber was created" : "This prescriber already exists";
  const ready = answer.ready ? "Ready to be enrolled." : "Not ready to be enrolled yet:";
  const items = [...answer.missing, ...answer.warnings].map(({ path, sentence }) =>
    el("li", {}, el("code", {}, path), ` ${sentence}`),
  );
  return [
    el("p", { class: "done" }, `${done} (Practitioner/${answer.practitioner.id}). ${ready}`),
    items.length ? el("ul", {}, ...items) : "",
  ];
}

function under(path, fields) {
  return fields.map(([name, ...rest]) => [`${path}.${name}`, ...rest]);
}

function group(legend, fields) {
  const nodes = fields.map(([name, label, given]) => field(label, control(name, given)));
  return el(
    "fieldset",
    {},
    el("legend", {}, legend),
    el("div", { class: "fields" }, ...nodes),
  );
}

function control(name, given) {
  return Array.isArray(given)
    ? select({ name }, given)
    : el("input", { type: "text", autocomplete: "off", ...given, name });
}

function tick(name, label, checked) {
  const input = el("input", { type: "checkbox", name, checked });
  return { input, node: el("label", {}, input, label) };
}

/** The bot's input: what was filled in, at its path. */
function bodyOf(form) {
  const body = {};
  const shown = [...form.elements].filter((each) => each.name && !each.closest("[hidden]"));
  for (const each of shown) {
    const value = valueOf(each);
    if (value !== "") {
      put(body, each.name.split(/[.[\]]+/).filter(Boolean), value);
    }
  }
  return body;
}

function valueOf(control) {
  if (control.type === "checkbox") {
    return control.checked;
  }
  const text = control.value.trim();
  return { true: true, false: false }[text] ?? text;
}

function put(target, steps, value) {
  const [step, ...rest] = steps;
  if (rest.length === 0) {
    target[step] = value;
    return;
  }
  target[step] ??= /^\d+$/.test(rest[0]) ? [] : {};
  put(target[step], rest, value);
}
