/** Sign-in and calls to the FHIR server, with its public API only. */

import { BotError, ServerError, errorOf, isReturned, unreachable } from "./errors.js";

const TOKEN = "accessToken";
const BOTS = "https://www.medplum.com/bots";
const PAGE = 200;

export class FhirServer {
  /**
   * @param {string} baseUrl base URL of the server.
   * @param {function(): void} onSignedOut called when the server no longer takes the token.
   */
  constructor(baseUrl, onSignedOut) {
    this.baseUrl = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
    this.onSignedOut = onSignedOut;
  }

  /** @returns {boolean} whether there is a token to call with. */
  get hasToken() {
    return sessionStorage.getItem(TOKEN) !== null;
  }

  /** Forgets the token. */
  signOut() {
    sessionStorage.removeItem(TOKEN);
  }

  /**
   * Signs in with the authorization code grant and PKCE (RFC 7636).
   *
   * @param {string} email
   * @param {string} password
   * @param {function(Array<Object>): Promise<string>} choose is given the memberships of somebody
   *   who has several, and answers the id of one.
   */
  async signIn(email, password, choose) {
    const verifier = base64Url(crypto.getRandomValues(new Uint8Array(48)));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    let login = await this.#send("auth/login", {
      email,
      password,
      remember: false,
      scope: "openid",
      codeChallenge: base64Url(new Uint8Array(digest)),
      codeChallengeMethod: "S256",
    });
    if (!login.code && login.memberships?.length) {
      const profile = await choose(login.memberships);
      login = await this.#send("auth/profile", { login: login.login, profile });
    }
    if (!login.code) {
      throw new ServerError("Your account needs a way to sign in that this page does not have.");
    }
    const tokens = await this.#send(
      "oauth2/token",
      new URLSearchParams({
        grant_type: "authorization_code",
        code: login.code,
        client_id: "",
        redirect_uri: location.origin,
        code_verifier: verifier,
      }),
    );
    sessionStorage.setItem(TOKEN, tokens.access_token);
  }

  /** @returns {Promise<Object>} who is signed in: user, profile, membership, project. */
  me() {
    return this.#call("GET", "auth/me");
  }

  /**
   * @param {string} reference such as `Practitioner/1`.
   * @returns {Promise<Object>} the resource.
   */
  read(reference) {
    return this.#call("GET", `fhir/R4/${reference}`);
  }

  /**
   * @param {string} type resource type.
   * @param {Object<string, string>} [query] search parameters.
   * @returns {Promise<{resources: Array<Object>, next: string|null}>} one page; `next` is the URL
   *   of the following one.
   */
  async search(type, query = {}) {
    return page(await this.#call("GET", `fhir/R4/${type}?${new URLSearchParams(query)}`));
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
      ({ resources, next } = page(await this.#call("GET", this.#own(next))));
    }
  }

  /**
   * @param {Object} resource without an id.
   * @returns {Promise<Object>} the resource as it was created.
   */
  create(resource) {
    return this.#call("POST", `fhir/R4/${resource.resourceType}`, resource);
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
    const unchanged = { "If-Match": `W/"${found.meta.versionId}"` };
    return this.#call("PUT", `fhir/R4/${reference}`, change(found), unchanged);
  }

  /**
   * Runs a bot.
   *
   * @param {string} name the bot's name among `https://www.medplum.com/bots`.
   * @param {Object} input
   * @returns {Promise<Object>} its answer.
   */
  async execute(name, input) {
    const query = new URLSearchParams({ identifier: `${BOTS}|${name}` });
    try {
      return await this.#call("POST", `fhir/R4/Bot/$execute?${query}`, input);
    } catch (error) {
      if (error.status === 404 && !(error instanceof BotError)) {
        throw new ServerError(`The server has no ${name}. Ask your administrator to install it.`);
      }
      throw error;
    }
  }

  /** The path of one of the server's own links; the token goes nowhere else. */
  #own(url) {
    if (!url.startsWith(this.baseUrl)) {
      throw new ServerError("The server's next page is on another server; nothing was loaded.");
    }
    return url.slice(this.baseUrl.length);
  }

  async #call(method, path, body, more = {}) {
    const headers = { ...more, Authorization: `Bearer ${sessionStorage.getItem(TOKEN)}` };
    try {
      return await this.#request(method, path, headers, body);
    } catch (error) {
      if (error.status === 401) {
        this.signOut();
        this.onSignedOut();
      }
      throw error;
    }
  }

  #send(path, body) {
    return this.#request("POST", path, {}, body);
  }

  async #request(method, path, headers, body) {
    const isForm = body instanceof URLSearchParams;
    const type = body === undefined || isForm ? {} : { "Content-Type": "application/json" };
    let answer;
    let text;
    try {
      answer = await fetch(`${this.baseUrl}${path}`, {
        method,
        headers: { ...headers, ...type },
        body: body === undefined || isForm ? body : JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
      });
      text = await answer.text();
    } catch {
      throw unreachable();
    }
    const parsed = parse(text);
    if (!answer.ok || isReturned(parsed)) {
      throw errorOf(answer.status, parsed);
    }
    return parsed;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function page(bundle) {
  const next = (bundle.link ?? []).find((link) => link.relation === "next");
  const resources = (bundle.entry ?? []).map((entry) => entry.resource);
  return { resources, next: next?.url ?? null };
}

function base64Url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
