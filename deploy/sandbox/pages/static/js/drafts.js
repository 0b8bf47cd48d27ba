/** Keeps what was typed into a form through a reload and an expired session, for one person. */

const PREFIX = "draft:";
const kept = new Map();
let owner = null;

/** @param {string} profileId whose drafts these are; those of anybody else are forgotten. */
export function keepDraftsOf(profileId) {
  owner = profileId;
  const others = Object.keys(sessionStorage).filter(
    (key) => key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${owner}:`),
  );
  others.forEach((key) => sessionStorage.removeItem(key));
}

/** Writes all drafts down again, after Medplum's client has emptied the storage. */
export function rescueDrafts() {
  kept.forEach((value, key) => sessionStorage.setItem(key, value));
}

/**
 * @param {string} form name of a form.
 * @returns {Object|null} what was kept of it.
 */
export function draftOf(form) {
  const text = sessionStorage.getItem(keyOf(form));
  if (text === null) {
    return null;
  }
  kept.set(keyOf(form), text);
  return JSON.parse(text);
}

/**
 * @param {string} form name of a form.
 * @param {Object} values what is typed in it, nothing secret.
 */
export function keepDraft(form, values) {
  const text = JSON.stringify(values);
  kept.set(keyOf(form), text);
  sessionStorage.setItem(keyOf(form), text);
}

/** @param {string} form name of a form whose draft is needed no more. */
export function forgetDraft(form) {
  kept.delete(keyOf(form));
  sessionStorage.removeItem(keyOf(form));
}

/** Forgets all drafts, of somebody who leaves. */
export function forgetDrafts() {
  Object.keys(sessionStorage)
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => sessionStorage.removeItem(key));
  kept.clear();
}

function keyOf(form) {
  return `${PREFIX}${owner}:${form}`;
}
