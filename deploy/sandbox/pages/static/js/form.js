/** The form for adding a prescriber; what is wrong appears beside the fields. */

import { comparison } from "./comparison.js";
import { bottomLine, openDialog } from "./dialogs.js";
import { el, setBusy, whenFree } from "./dom.js";
import { draftOf, forgetDraft, keepDraft } from "./drafts.js";
import { errorView } from "./errors.js";
import { group, markMissing, markProblems, named, tick, under, valuesOf } from "./form_fields.js";
import { nameOf } from "./people.js";
import { RoleChoice } from "./roles.js";
import { warningsView } from "./warnings.js";
import { COMMON, FIELDS } from "./words/common.js";
import { COMPARISON, FORM } from "./words/form.js";
import { STATES } from "./words/states.js";

const BOT = "dosespot-create-prescriber-bot";
const DRAFT = "prescriber";
const NPI = "http://hl7.org/fhir/sid/us-npi";
const YES_OR_NO = [["", COMMON.choose], ...Object.entries(FORM.yesOrNo)];
const GENDERS = [["", FORM.genderNotStated], ...Object.entries(FORM.genders)];
const NEEDED = { required: true };

const PERSON = [
  ["fName", FIELDS.firstName, NEEDED],
  ["mName", FIELDS.middleName],
  ["lName", FIELDS.lastName, NEEDED],
  ["dateOfBirth", FIELDS.birthDate, { type: "date", ...NEEDED }],
  ["gender", FIELDS.gender, { options: GENDERS }],
  ["username", FIELDS.username, NEEDED],
  ["email", FIELDS.email, { type: "email" }],
  ["phone", FIELDS.phone, { type: "tel", ...NEEDED }],
  ["fax", FIELDS.fax, { type: "tel" }],
];
const PROFESSION = [
  ["details.npi", FIELDS.npi, { inputmode: "numeric", ...NEEDED }],
  ["details.dea", FIELDS.dea],
  ["details.deaState", FIELDS.deaState, { options: STATES }],
  ["details.speciality", FIELDS.specialty],
  ["details.providerType", FIELDS.providerType],
];
const ADDRESS = [
  ["address1", FIELDS.street, NEEDED],
  ["address2", FIELDS.unit],
  ["city", FIELDS.city, NEEDED],
  ["state", FIELDS.state, { options: STATES, ...NEEDED }],
  ["zipCode", FIELDS.zip, NEEDED],
];
const LOCATION = [
  ["state", FIELDS.state, { options: STATES }],
  ["deaNumber", FIELDS.dea],
  ["naDeaNumber", FIELDS.nadean],
  ["medicalLicenseNumber", FIELDS.license],
];
const CONSENTS = [
  ["authSmsConsent", FORM.codesBySms, { options: YES_OR_NO, ...NEEDED }],
  ["smsConsent", FORM.otherSms, { options: YES_OR_NO }],
  ["dataRatesSmsConsent", FORM.dataRates, { options: YES_OR_NO }],
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
    this.roles = new RoleChoice(FIELDS.roles);
    this.button = el("button", { type: "submit" }, FORM.create);
    this.billing = group(FORM.billingAddress, under("billingAddress", ADDRESS));
    this.same = tick("ifBillingSameAsMailing", FORM.billingIsSame, true);
    this.form = this.#form(config.example);
    this.node = el("details", { class: "creation" }, el("summary", {}, FORM.title), this.form);
    this.#restore();
  }

  #form(example) {
    this.billing.hidden = true;
    this.same.input.addEventListener("change", () => this.#showBilling());
    const another = quiet(FORM.addLocation, () => this.#more());
    const tryOut = example && quiet(FORM.example, () => this.#fill(flat(example)));
    return el(
      "form",
      { novalidate: true, onsubmit: whenFree(() => this.#submit()), oninput: () => this.#keep() },
      el("p", { class: "soft" }, FORM.note),
      tryOut ?? "",
      group(FORM.person, PERSON),
      group(FORM.profession, PROFESSION),
      this.roles.node,
      group(FORM.mailingAddress, under("mailingAddress", ADDRESS)),
      this.same.node,
      this.billing,
      this.locations,
      another,
      group(FORM.consents, CONSENTS),
      tick("invite", FORM.invite, false).node,
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
      this.result.replaceChildren(errorView(error, FORM.locationsFailed));
    }
  }

  async #addLocation() {
    const number = this.locations.childElementCount;
    const path = `locations[${number}]`;
    const places = await this.server.searchAll("Location");
    const choices = [["", COMMON.choose], ...places.map(({ id, name }) => [id, name ?? id])];
    const fields = [
      [`${path}.locationId`, FIELDS.location, { options: choices }],
      ...under(path, LOCATION),
    ];
    const added = group(FORM.locationNumber(number + 1), fields);
    added.append(tick(`${path}.useAsDefault`, FORM.useAsDefault, number === 0).node);
    this.locations.append(added);
  }

  async #submit() {
    const empty = markMissing(this.form);
    if (this.roles.numbers.length === 0) {
      this.#tell(el("p", { class: "problem" }, FORM.chooseRoles));
      this.roles.ask();
      return;
    }
    if (empty.length > 0) {
      this.#tell(el("p", { class: "problem" }, FORM.fillIn));
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
    openDialog(COMPARISON.title, (close) => {
      const update = el("button", { type: "button" }, COMPARISON.update);
      update.addEventListener("click", () => {
        close();
        this.#working(() => this.#create(body));
      });
      return [
        el("p", {}, COMPARISON.whose(nameOf(known))),
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
    this.#tell(el("p", {}, FORM.creating));
    try {
      await work();
    } catch (error) {
      this.#tell(markProblems(this.form, error, FORM.failed));
    }
    setBusy([this.button], false);
  }

  #tell(...nodes) {
    this.result.replaceChildren(...nodes);
  }
}

/** What was done; what blocks the enrollment; and apart from it, what is to be looked at. */
function answerView(answer) {
  const name = nameOf(answer.practitioner);
  const done = answer.created ? FORM.created(name) : FORM.updated(name);
  return [
    el("p", { class: "done" }, done, answer.ready ? FORM.ready : FORM.notReady),
    warningsView(answer.missing, FORM.missing),
    warningsView(answer.warnings, FORM.warnings),
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
