/** Calls to the FHIR server through Medplum's own client, and its sign-in with OAuth and PKCE. */

import {
  ClientStorage,
  MedplumClient,
  OperationOutcomeError,
  getStatus,
} from "../vendor/medplum-core/index.mjs";
import { BotError, ServerError, errorOf, isReturned, unreachable } from "./errors.js";
import { COMMON } from "./words/common.js";
import { ERRORS } from "./words/errors.js";

const BOTS = "https://www.medplum.com/bots";
const PAGE = 1000;
const SCOPE = "openid profile offline_access";
const RETURN_TO = "returnTo";
const STATE = "pkceState";
const LOGIN = "activeLogin";
const LOGOUT = "oauth2/logout";

/** Where the site begins, which is also where people come back to after they have signed in. */
export const SITE = new URL("..", import.meta.url).href;

export class FhirServer {
  #isOver = false;

  /**
   * @param {{fhirBaseUrl: string, clientId: string}} config where the server is, and as which
   *   ClientApplication the pages have people sign in.
   * @param {function(): void} onExpired called once, when the server no longer takes the token.
   */
  constructor({ fhirBaseUrl, clientId }, onExpired) {
    const storage = new ClientStorage(sessionStorage);
    const login = storage.getObject(LOGIN);
    this.hasToken = login !== undefined;
    this.medplum = new MedplumClient({
      baseUrl: fhirBaseUrl,
      clientId,
      storage,
      accessToken: login?.accessToken,
      cacheTime: 0,
      extendedMode: false,
      fetch: (url, options) => this.#fetchInTime(url, options),
      onUnauthenticated: () => this.#end(onExpired),
    });
    if (login) {
      this.medplum.setAccessToken(login.accessToken, login.refreshToken);
    }
  }

  /** Leaves for the server's sign-in page; whoever has signed in comes back to this page. */
  async signIn() {
    sessionStorage.setItem(RETURN_TO, location.href);
    await this.medplum.signInWithRedirect({ redirectUri: SITE, scope: SCOPE });
  }

  /**
   * Takes up the sign-in where the server's page left it.
   *
   * @param {URLSearchParams} answer with `code` and `state`.
   * @returns {Promise<string>} the address that the person left from.
   */
  async finishSignIn(answer) {
    if (answer.get("state") !== sessionStorage.getItem(STATE)) {
      throw new ServerError(COMMON.signInTooOld);
    }
    const [code, returnTo] = [answer.get("code"), sessionStorage.getItem(RETURN_TO)];
    await this.#told(() => this.medplum.processCode(code, { redirectUri: SITE }));
    [STATE, "codeVerifier", RETURN_TO].forEach((name) => sessionStorage.removeItem(name));
    return returnTo?.startsWith(SITE) ? returnTo : SITE;
  }

  /** Ends the session, here and on the server. */
  async signOut() {
    this.#isOver = true;
    try {
      await this.medplum.signOut();
    } finally {
      this.medplum.clear();
    }
  }

  /** @returns {Promise<Object>} who is signed in: user, profile, membership, project. */
  me() {
    return this.#told(() => this.medplum.get("auth/me"));
  }

  /**
   * @param {string} reference such as `Practitioner/1`.
   * @returns {Promise<Object>} the resource.
   */
  read(reference) {
    return this.#told(() => this.medplum.get(this.medplum.fhirUrl(...reference.split("/"))));
  }

  /**
   * @param {string} type resource type.
   * @param {Object<string, string>} [query] search parameters.
   * @returns {Promise<{resources: Array<Object>, next: string|null}>} one page; `next` is the URL
   *   of the following one.
   */
  async search(type, query = {}) {
    return page(await this.#told(() => this.medplum.search(type, new URLSearchParams(query))));
  }

  /**
   * @param {string} type resource type.
   * @param {Object<string, string>} [query] search parameters.
   * @returns {Promise<Array<Object>>} everything that is found, over all pages.
   */
  async searchAll(type, query = {}) {
    const found = new Map();
    let { resources, next } = await this.search(type, { _count: PAGE, _sort: "_id", ...query });
    for (;;) {
      resources.forEach((resource) => found.set(resource.id, resource));
      if (next === null) {
        return [...found.values()];
      }
      const following = this.#own(next);
      ({ resources, next } = page(await this.#told(() => this.medplum.get(following))));
    }
  }

  /**
   * Creates a resource once, also where its answer gets lost: Medplum's client sends it again then.
   *
   * @param {Object} resource without an id.
   * @param {string} query that finds it if it is there.
   * @returns {Promise<Object>} the resource, created or found.
   */
  createOnce(resource, query) {
    return this.#told(() => this.medplum.createResourceIfNoneExist(resource, query));
  }

  /**
   * Writes a change of a resource, unless somebody else wrote meanwhile.
   *
   * @param {string} reference such as `Patient/1`.
   * @param {function(Object): Object} change gives the changed resource.
   * @returns {Promise<Object>} the resource as it is on the server.
   */
  async change(reference, change) {
    const found = await this.read(reference);
    const url = this.medplum.fhirUrl(...reference.split("/"));
    const headers = { "If-Match": `W/"${found.meta.versionId}"` };
    return this.#told(() => this.medplum.put(url, change(found), undefined, { headers }));
  }

  /**
   * Runs a bot.
   *
   * @param {string} name the bot's name among `https://www.medplum.com/bots`.
   * @param {Object} input
   * @returns {Promise<Object>} its answer.
   */
  async execute(name, input) {
    const bot = { system: BOTS, value: name };
    try {
      const answer = await this.#told(() => this.medplum.executeBot(bot, input));
      if (isReturned(answer)) {
        throw errorOf(200, answer);
      }
      return answer;
    } catch (error) {
      if (error.status === 404 && !(error instanceof BotError)) {
        throw new ServerError(ERRORS.noBot(name), 404);
      }
      throw error;
    }
  }

  /**
   * Fetches while the session lasts. What is answered later never arrives, so that it neither draws
   * anything nor has Medplum's client end a session, with its storage, that has ended before.
   */
  async #fetchInTime(url, options) {
    const answer = await fetchWithOutcome(url, options);
    const isLate = this.#isOver && !String(url).endsWith(LOGOUT);
    return isLate ? new Promise(() => {}) : answer;
  }

  #end(onExpired) {
    if (!this.#isOver) {
      this.#isOver = true;
      onExpired();
    }
  }

  /** One of the server's own links; the token goes nowhere else. */
  #own(url) {
    if (!url.startsWith(this.medplum.getBaseUrl())) {
      throw new ServerError(ERRORS.otherServer);
    }
    return url;
  }

  /** What a call answers, or the error in words. */
  async #told(call) {
    try {
      return await call();
    } catch (error) {
      throw wordsOf(error);
    }
  }
}

function wordsOf(error) {
  if (error instanceof OperationOutcomeError) {
    return errorOf(getStatus(error.outcome), error.outcome);
  }
  return error instanceof TypeError ? unreachable() : error;
}

/** The ids by which Medplum's client knows the status of an OperationOutcome. */
const IDS = {
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  412: "precondition-failed",
  429: "too-many-requests",
};

/** Fetches all of an answer; a refusal without an explanation, such as a proxy's, gets one. */
async function fetchWithOutcome(url, options) {
  const answer = await fetch(url, options);
  const text = await answer.text();
  const { status, statusText } = answer;
  if (answer.ok || status === 401) {
    return new Response(text || null, answer);
  }
  const body = isExplained(text) ? text : JSON.stringify(outcomeOf(status, statusText));
  return new Response(body, { status, headers: { "Content-Type": "application/json" } });
}

function isExplained(text) {
  try {
    const { resourceType, errorMessage, error } = JSON.parse(text);
    return resourceType === "OperationOutcome" || Boolean(errorMessage ?? error);
  } catch {
    return false;
  }
}

function outcomeOf(status, text) {
  const code = status >= 500 ? "exception" : "processing";
  const issue = [{ severity: "error", code, details: { text: `HTTP ${status} ${text}` } }];
  return { resourceType: "OperationOutcome", id: IDS[status], issue };
}

function page(bundle) {
  const next = (bundle.link ?? []).find((link) => link.relation === "next");
  const resources = (bundle.entry ?? []).map((entry) => entry.resource);
  return { resources, next: next?.url ?? null };
}
