/** The form for adding a prescriber; what is wrong appears beside the fields. */

import { comparison } from "./comparison.js";
import { bottomLine, openDialog } from "./dialogs.js";
import { el, setBusy, whenFree } from "./dom.js";
import { draftOf, forgetDraft, keepDraft } from "./drafts.js";
import { errorView } from "./errors.js";
import { group, markMissing, markProblems, named, tick, under, valuesOf } from "./form_fields.js";
import { nameOf } from "./people.js";
import { RoleChoice } from "./roles.js";
import { STATES } from "./states.js";
import { warningsView } from "./warnings.js";

const BOT = "dosespot-create-prescriber-bot";
const DRAFT = "prescriber";
const NPI = "http://hl7.org/fhir/sid/us-npi";
const TITLE = "Add a prescriber";
const FAILED = "The prescriber was not created.";
const YES_OR_NO = [["", "Choose"], ["true", "Yes"], ["false", "No"]];
const GENDERS = [["", "Not stated"], ["F", "Female"], ["M", "Male"], ["O", "Other or unknown"]];
const NEEDED = { required: true };

const PERSON = [
  ["fName", "First name", NEEDED],
  ["mName", "Middle name"],
  ["lName", "Last name", NEEDED],
  ["dateOfBirth", "Date of birth", { type: "date", ...NEEDED }],
  ["gender", "Gender", { options: GENDERS }],
  ["username", "Username", NEEDED],
  ["email", "E-mail", { type: "email" }],
  ["phone", "Phone", { type: "tel", ...NEEDED }],
  ["fax", "Fax", { type: "tel" }],
];
const PROFESSION = [
  ["details.npi", "NPI", { inputmode: "numeric", ...NEEDED }],
  ["details.dea", "DEA number"],
  ["details.deaState", "State of the DEA number", { options: STATES }],
  ["details.speciality", "Specialty"],
  ["details.providerType", "Provider type"],
];
const ADDRESS = [
  ["address1", "Street", NEEDED],
  ["address2", "Suite, floor or unit"],
  ["city", "City", NEEDED],
  ["state", "State", { options: STATES, ...NEEDED }],
  ["zipCode", "ZIP code", NEEDED],
];
const LOCATION = [
  ["state", "State", { options: STATES }],
  ["deaNumber", "DEA number"],
  ["naDeaNumber", "NADEAN"],
  ["medicalLicenseNumber", "Medical license number"],
];
const CONSENTS = [
  ["authSmsConsent", "Agrees to receive sign-in codes by text message", { options: YES_OR_NO, ...NEEDED }],
  ["smsConsent", "Agrees to receive other text messages", { options: YES_OR_NO }],
  ["dataRatesSmsConsent", "Understands that message and data rates may apply", { options: YES_OR_NO }],
];

export class CreationForm {
  /**
   * @param {FhirServer} server
   * @param {{example: Object|undefined}} config with a prescriber to try the form with, in a sandbox.
   * @param {function(): void} onCreated called after somebody was created or changed.
   */
  constructor(server, config, onCreated) {
    Object.assign(this, { server, onCreated });
    this.result = el("div", { role: "status", class: "result" });
    this.locations = el("div", {});
    this.roles = new RoleChoice("Roles in DoseSpot");
    this.button = el("button", { type: "submit" }, "Create");
    this.billing = group("Billing address", under("billingAddress", ADDRESS));
    this.same = tick("ifBillingSameAsMailing", "The billing address is the same", true);
    this.form = this.#form(config.example);
    this.node = el("details", { class: "creation" }, el("summary", {}, TITLE), this.form);
    this.#restore();
  }

  #form(example) {
    this.billing.hidden = true;
    this.same.input.addEventListener("change", () => this.#showBilling());
    const another = quiet("Add a location", () => this.#more());
    const tryOut = example && quiet("Fill in an example", () => this.#fill(flat(example)));
    const note = "Fields with * are required. What you type is kept in this tab until it is sent.";
    return el(
      "form",
      { novalidate: true, onsubmit: whenFree(() => this.#submit()), oninput: () => this.#keep() },
      el("p", { class: "soft" }, note),
      tryOut ?? "",
      group("Person", PERSON),
      group("Profession", PROFESSION),
      this.roles.node,
      group("Mailing address", under("mailingAddress", ADDRESS)),
      this.same.node,
      this.billing,
      this.locations,
      another,
      group("Consents", CONSENTS),
      tick("invite", "Invite the prescriber to the project by e-mail", false).node,
      this.result,
      this.button,
    );
  }

  #showBilling() {
    this.billing.hidden = this.same.input.checked;
  }

  /** What was typed before the page was loaded again, or the session ended. */
  async #restore() {
    const draft = draftOf(DRAFT);
    if (draft === null) {
      return;
    }
    this.node.open = true;
    const places = Object.keys(draft).filter((name) => name.endsWith(".locationId"));
    try {
      for (let number = 0; number < places.length; number += 1) {
        await this.#addLocation();
      }
    } catch {
      // Without its locations the rest of the draft is worth keeping all the same.
    }
    this.#fill(draft);
    this.roles.choose(draft.roles ?? []);
  }

  #fill(values) {
    for (const control of named(this.form)) {
      const value = values[control.name];
      if (value === undefined) {
        continue;
      }
      if (control.type === "checkbox") {
        control.checked = value === true;
      } else {
        control.value = String(value);
      }
    }
    this.#showBilling();
    this.#keep();
  }

  #keep() {
    const values = named(this.form).map((each) => [
      each.name,
      each.type === "checkbox" ? each.checked : each.value,
    ]);
    keepDraft(DRAFT, { ...Object.fromEntries(values), roles: this.roles.numbers });
  }

  async #more() {
    try {
      await this.#addLocation();
      this.locations.lastElementChild.querySelector("select").focus();
    } catch (error) {
      this.result.replaceChildren(errorView(error, "The locations could not be loaded."));
    }
  }

  async #addLocation() {
    const number = this.locations.childElementCount;
    const path = `locations[${number}]`;
    const places = await this.server.searchAll("Location");
    const choices = [["", "Choose"], ...places.map(({ id, name }) => [id, name ?? id])];
    const fields = [
      [`${path}.locationId`, "Location", { options: choices }],
      ...under(path, LOCATION),
    ];
    const added = group(`Location ${number + 1}`, fields);
    added.append(tick(`${path}.useAsDefault`, "Use as default", number === 0).node);
    this.locations.append(added);
  }

  async #submit() {
    const empty = markMissing(this.form);
    if (this.roles.numbers.length === 0) {
      this.#tell(el("p", { class: "problem" }, "Create: choose the roles in DoseSpot first."));
      this.roles.ask();
      return;
    }
    if (empty.length > 0) {
      this.#tell(el("p", { class: "problem" }, `${FAILED} Fill in what is required.`));
      return;
    }
    await this.#working(async () => {
      const body = { ...valuesOf(this.form), practitionerRoleTypes: this.roles.numbers };
      const [known] = await this.#known(body.details.npi);
      if (known === undefined) {
        await this.#create(body);
      } else {
        this.#compare(known, body);
      }
    });
  }

  async #known(npi) {
    const { resources } = await this.server.search("Practitioner", { identifier: `${NPI}|${npi}` });
    return resources;
  }

  /** Shows what is on record beside what was typed, and goes on only when told to. */
  #compare(known, body) {
    this.#tell();
    openDialog("This NPI is on record already", (close) => {
      const update = el("button", { type: "button" }, "Update this prescriber");
      update.addEventListener("click", () => {
        close();
        this.#working(() => this.#create(body));
      });
      return [
        el("p", {}, `${nameOf(known)} has this NPI.`),
        comparison(known, body),
        bottomLine(close, update),
      ];
    });
  }

  async #create(body) {
    const answer = await this.server.execute(BOT, body);
    this.#tell(...answerView(answer));
    forgetDraft(DRAFT);
    this.onCreated();
  }

  async #working(work) {
    setBusy([this.button], true);
    this.#tell(el("p", {}, "Create: working …"));
    try {
      await work();
    } catch (error) {
      this.#tell(markProblems(this.form, error, FAILED));
    }
    setBusy([this.button], false);
  }

  #tell(...nodes) {
    this.result.replaceChildren(...nodes);
  }
}

/** What was done; what blocks the enrollment; and apart from it, what is to be looked at. */
function answerView(answer) {
  const done = answer.created ? "The prescriber was created" : "This prescriber was updated";
  const ready = answer.ready ? "Ready to be enrolled." : "Not ready to be enrolled yet.";
  const name = nameOf(answer.practitioner);
  return [
    el("p", { class: "done" }, `${done}: ${name}. ${ready}`),
    warningsView(answer.missing, "This is still missing:"),
    warningsView(answer.warnings, "Please check, but it stops nothing:"),
  ];
}

function quiet(label, onclick) {
  return el("button", { type: "button", class: "quiet", onclick: whenFree(onclick) }, label);
}

/** The values of an example by the paths of the form's fields. */
function flat(value, path = "") {
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, inner]) => {
      const place = path ? `${path}.${name}` : name;
      return inner !== null && typeof inner === "object" ? flat(inner, place) : { [place]: inner };
    }),
  );
}
