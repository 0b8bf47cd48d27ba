/** The start page, which is also where people come back to when they have signed in. */

import { errorView } from "./errors.js";
import { FhirServer, SITE } from "./fhir.js";
import { load } from "./session.js";
import { COMMON } from "./words/common.js";

async function finishSignIn(answer) {
  try {
    const server = new FhirServer(await load("config.json"), () => {});
    location.replace(await server.finishSignIn(answer));
  } catch (error) {
    history.replaceState(null, "", SITE);
    const messages = document.querySelector("#messages");
    messages.replaceChildren(errorView(error, COMMON.notSignedIn));
  }
}

const answer = new URLSearchParams(location.search);
if (answer.has("code")) {
  finishSignIn(answer);
}
