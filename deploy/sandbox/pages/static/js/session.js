/** Who is signed in: the sign-in form, the line with the name, and back to the form when it ends. */

import { el, field, setBusy, whenFree } from "./dom.js";
import { errorView } from "./errors.js";
import { FhirServer } from "./fhir.js";
import { nameOf } from "./people.js";
import { Statuses } from "./statuses.js";

const EXPIRED = "Your session has expired. Sign in again.";

/**
 * Runs a page: shows the sign-in form, and the page's content to whoever is signed in.
 *
 * @param {string} title heading of the sign-in form.
 * @param {function(FhirServer, Object, Statuses): Array<Node>} content makes the page's content for
 *   a server, the answer of `auth/me`, and the words for statuses.
 */
export async function runSession(title, content) {
  const main = document.querySelector("main");
  const account = document.querySelector("#account");
  let server;
  let statuses;

  function showSignIn(notice = "") {
    account.replaceChildren();
    main.replaceChildren(signInForm(title, server, notice, enter));
  }

  async function enter({ moveFocus }) {
    const me = await server.me();
    account.replaceChildren(...accountLine(me, () => {
      server.signOut();
      showSignIn("You are signed out.");
    }));
    main.replaceChildren(...content(server, me, statuses));
    if (moveFocus) {
      main.focus();
    }
  }

  try {
    const [config, words] = await Promise.all(["../config.json", "../statuses.json"].map(load));
    server = new FhirServer(config.fhirBaseUrl, () => showSignIn(EXPIRED));
    statuses = new Statuses(words);
    if (server.hasToken) {
      await enter({ moveFocus: false });
    } else {
      showSignIn();
    }
  } catch (error) {
    if (error.status !== 401) {
      main.replaceChildren(errorView(error, "The page could not be loaded."));
    }
  }
}

async function load(path) {
  return (await fetch(path)).json();
}

function accountLine(me, signOut) {
  const project = me.project?.name ? `, ${me.project.name}` : "";
  return [
    el("span", {}, "Signed in as ", el("strong", {}, nameOf(me.profile)), project),
    el("button", { type: "button", class: "outline secondary", onclick: signOut }, "Sign out"),
  ];
}

function signInForm(title, server, notice, enter) {
  const email = el("input", { type: "email", autocomplete: "username", required: true });
  const password = el("input", {
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const button = el("button", { type: "submit" }, "Sign in");
  const choice = el("div", { class: "choice" });
  const messages = el("div", { role: "alert" }, notice ? el("p", {}, notice) : null);

  const submit = whenFree(async () => {
    setBusy([button], true);
    messages.replaceChildren();
    choice.replaceChildren();
    try {
      await server.signIn(email.value, password.value, (found) => chosen(choice, found));
      await enter({ moveFocus: true });
    } catch (error) {
      messages.replaceChildren(errorView(error, "You are not signed in."));
      password.focus();
    }
    choice.replaceChildren();
    setBusy([button], false);
  });
  return el(
    "form",
    { class: "sign-in", onsubmit: submit },
    el("h1", {}, title),
    messages,
    field("E-mail", email),
    field("Password", password),
    button,
    choice,
  );
}

/** Lets somebody with several memberships choose one; answers its id. */
function chosen(place, memberships) {
  return new Promise((resolve) => {
    const buttons = memberships.map((membership) =>
      el(
        "button",
        { type: "button", class: "outline", onclick: () => resolve(membership.id) },
        [membership.project?.display, membership.profile?.display].filter(Boolean).join(" – ") ||
          membership.id,
      ),
    );
    place.replaceChildren(el("h2", {}, "Which membership?"), ...buttons);
    buttons[0].focus();
  });
}
