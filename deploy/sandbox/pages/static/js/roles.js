/** The roles that somebody shall have in DoseSpot: ticked by a person, and never by the page. */

import { el } from "./dom.js";
import { ROLE_CHOICES } from "./people.js";
import { ENROLL } from "./words/administrator.js";

let groups = 0;

/** A group of check boxes, of which none is ticked at first. */
export class RoleChoice {
  /**
   * @param {string} legend what the roles are for.
   * @param {function(): void} [onChange] called when another choice is made.
   */
  constructor(legend, onChange = () => {}) {
    groups += 1;
    this.boxes = ROLE_CHOICES.map(([number, name]) => ({
      number,
      name,
      input: el("input", { type: "checkbox", onchange: () => this.#changed() }),
    }));
    this.onChange = onChange;
    const marks = { id: `roles-${groups}-problem`, class: "problem", hidden: true };
    this.problem = el("small", marks, ENROLL.chooseRole);
    this.node = el(
      "fieldset",
      { class: "roles" },
      el("legend", {}, legend),
      ...this.boxes.map(({ input, name }) => el("label", {}, input, name)),
      this.problem,
    );
  }

  /** @returns {Array<number>} the numbers of the chosen roles, as the bots take them. */
  get numbers() {
    return this.#chosen.map(({ number }) => number);
  }

  /** @returns {Array<string>} the names of the chosen roles. */
  get names() {
    return this.#chosen.map(({ name }) => name);
  }

  /** @param {Array<number>} numbers of the roles that a person had chosen before. */
  choose(numbers) {
    this.boxes.forEach(({ input, number }) => (input.checked = numbers.includes(number)));
    this.onChange();
  }

  /** Asks for a choice: says what is missing, and puts the focus on the first box. */
  ask() {
    this.#mark(true);
    this.boxes[0].input.focus();
  }

  get #chosen() {
    return this.boxes.filter(({ input }) => input.checked);
  }

  #changed() {
    this.#mark(false);
    this.onChange();
  }

  #mark(invalid) {
    this.problem.hidden = !invalid;
    const [{ input }] = this.boxes;
    if (invalid) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", this.problem.id);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  }
}
