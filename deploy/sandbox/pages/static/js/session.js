/** Who is signed in: the way to the sign-in page, the line with the name, and back when it ends. */

import { el, setBusy, whenFree } from "./dom.js";
import { forgetDrafts, keepDraftsOf, rescueDrafts } from "./drafts.js";
import { errorView } from "./errors.js";
import { FhirServer, SITE } from "./fhir.js";
import { nameOf } from "./people.js";
import { sentenceOfStatus } from "./sentences.js";
import { Statuses } from "./statuses.js";
import { COMMON } from "./words/common.js";

/**
 * Runs a page: shows the way to sign in, and the page's content to whoever is signed in.
 *
 * @param {string} title of the page.
 * @param {function(FhirServer, Object, Statuses, Object): (Array<Node>|Promise<Array<Node>>)} content
 *   makes the page's content for a server, the answer of `auth/me`, the words for statuses, and the
 *   site's config.
 */
export async function runSession(title, content) {
  const main = document.querySelector("main");
  const account = document.querySelector("#account");
  let server;

  function showSignIn(notice = "") {
    account.replaceChildren();
    main.replaceChildren(signInCard(title, server, notice));
  }

  async function signOut() {
    await server.signOut().catch(() => {});
    forgetDrafts();
    showSignIn(COMMON.signedOut);
  }

  try {
    const [config, words] = await Promise.all(["config.json", "js/words/statuses.json"].map(load));
    server = new FhirServer(config, () => {
      rescueDrafts();
      showSignIn(sentenceOfStatus(401));
    });
    if (!server.hasToken) {
      showSignIn();
      return;
    }
    const me = await server.me();
    keepDraftsOf(me.profile.id);
    account.replaceChildren(...accountLine(me, signOut));
    main.replaceChildren(...(await content(server, me, new Statuses(words), config)));
  } catch (error) {
    if (error.status !== 401) {
      main.replaceChildren(errorView(error, COMMON.pageFailed));
    }
  }
}

/**
 * @param {string} path of a JSON file of the site.
 * @returns {Promise<Object>}
 */
export async function load(path) {
  return (await fetch(new URL(path, SITE))).json();
}

function accountLine(me, signOut) {
  const project = COMMON.inProject(me.project?.name);
  return [
    el("span", {}, COMMON.signedInAs, el("strong", {}, nameOf(me.profile)), project),
    el("button", { type: "button", class: "quiet", onclick: whenFree(signOut) }, COMMON.signOut),
  ];
}

function signInCard(title, server, notice) {
  const messages = el("div", { role: "alert" }, notice ? el("p", {}, notice) : null);
  const button = el("button", { type: "button" }, COMMON.signIn);
  button.addEventListener(
    "click",
    whenFree(async () => {
      setBusy([button], true);
      try {
        await server.signIn();
      } catch (error) {
        messages.replaceChildren(errorView(error, COMMON.signInFailed));
        setBusy([button], false);
      }
    }),
  );
  return el(
    "section",
    { class: "panel sign-in" },
    el("h1", {}, title),
    messages,
    el("p", { class: "soft" }, COMMON.signInHint),
    button,
  );
}
