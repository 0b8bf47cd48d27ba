/** Moments and days as people read them: how long ago, with the day and time behind it. */

import { el } from "./dom.js";
import { COMMON } from "./words/common.js";

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * @param {string|undefined} instant
 * @returns {string} such as `3 days ago`; empty where it can't be read.
 */
export function ago(instant) {
  const seconds = (Date.now() - new Date(instant ?? NaN).getTime()) / 1000;
  if (Number.isNaN(seconds)) {
    return "";
  }
  const unit = UNITS.find(([, length]) => seconds >= length);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  return unit === undefined ? COMMON.justNow : words.format(-Math.floor(seconds / unit[1]), unit[0]);
}

/**
 * @param {string|undefined} instant
 * @returns {string} day and time where the reader is; empty where it can't be read.
 */
export function dayAndTime(instant) {
  const moment = new Date(instant ?? NaN);
  const shown = { dateStyle: "medium", timeStyle: "short" };
  return Number.isNaN(moment.getTime()) ? "" : moment.toLocaleString(undefined, shown);
}

/**
 * @param {string|undefined} dateTime of FHIR's.
 * @returns {string} a day as it is, a moment as the day that it is where the reader is, and a month
 *   or year bare; empty where there is none.
 */
export function day(dateTime) {
  if (!dateTime) {
    return "";
  }
  const moment = new Date(dateTime.length > 10 ? dateTime : `${dateTime}T00:00:00`);
  return Number.isNaN(moment.getTime())
    ? dateTime
    : moment.toLocaleDateString("en-US", { dateStyle: "medium" });
}

/** @returns {HTMLElement|string} the moment as how long ago it is. */
export function since(instant) {
  const shown = ago(instant);
  return shown === ""
    ? COMMON.unknown
    : el("time", { datetime: instant, title: dayAndTime(instant) }, shown);
}
