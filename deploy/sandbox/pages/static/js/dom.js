/** Makes elements. Data only ever becomes text or attribute values, never markup. */

/**
 * An element with attributes, listeners and children.
 *
 * @param {string} tag
 * @param {Object<string, *>} [attributes] `onclick` and the like take functions; `true` sets an
 *   empty attribute; `false`, null and undefined leave it out.
 * @param {...(Node|string|null)} children texts become text nodes; null is left out.
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      node.addEventListener(name.slice(2), value);
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

let fields = 0;

/**
 * A form field below its label.
 *
 * @param {string} label
 * @param {HTMLElement} control
 * @returns {HTMLElement}
 */
export function field(label, control) {
  fields += 1;
  control.id = `field-${fields}`;
  return el("div", {}, el("label", { for: control.id }, label), control);
}

/**
 * A drop-down list.
 *
 * @param {Object<string, *>} attributes
 * @param {Array<[string, string]>} options values and what is shown for them.
 * @returns {HTMLSelectElement}
 */
export function select(attributes, options) {
  const items = options.map(([value, text]) => el("option", { value }, text));
  return /** @type {HTMLSelectElement} */ (el("select", attributes, ...items));
}

/**
 * Marks buttons as busy. They keep the focus, and `whenFree` ignores them meanwhile.
 *
 * @param {Iterable<Element>} buttons
 * @param {boolean} busy
 */
export function setBusy(buttons, busy) {
  for (const button of buttons) {
    if (busy) {
      button.setAttribute("aria-disabled", "true");
    } else {
      button.removeAttribute("aria-disabled");
    }
  }
}

/**
 * A listener that does nothing while its button is busy.
 *
 * @param {function(Event): *} listener
 * @returns {function(Event): void}
 */
export function whenFree(listener) {
  return (event) => {
    event.preventDefault();
    const button = event.submitter ?? event.currentTarget;
    if (button.getAttribute("aria-disabled") !== "true") {
      listener(event);
    }
  };
}
