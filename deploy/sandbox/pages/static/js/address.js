/** Keeps what a person has filtered and sorted in the page's address, to be shared and reloaded. */

/** @returns {Object<string, string>} what the address says. */
export function addressState() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

/** @param {Object<string, string>} state what it shall say; empty values are left out. */
export function keepInAddress(state) {
  const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== ""));
  const path = query.size > 0 ? `?${query}` : location.pathname;
  history.replaceState(null, "", path);
}
