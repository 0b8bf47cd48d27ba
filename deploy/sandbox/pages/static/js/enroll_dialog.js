/** Asks what an act of enrollment needs from an administrator: roles, and which second factor. */

import { bottomLine, openDialog } from "./dialogs.js";
import { el, field, select } from "./dom.js";
import { doseSpotRoles } from "./people.js";
import { RoleChoice } from "./roles.js";
import { namingOf } from "./standings.js";
import { ACTS, ENROLL } from "./words/administrator.js";
import { COMMON, FIELDS } from "./words/common.js";

/**
 * @param {"enroll"|"idp"|"tfa"} act
 * @param {Standing} standing of whom it is about.
 * @param {function(Object): void} onDecided is given the enroll bot's input, once.
 */
export function askForEnrollment(act, standing, onDecided) {
  const roles = new RoleChoice(FIELDS.roles);
  const factor = select({}, Object.entries(ENROLL.factors));
  const confirm = el("button", { type: "button" }, ACTS[act]);
  const recorded = doseSpotRoles(standing.roles).join(", ");
  const dialog = openDialog(COMMON.of(ACTS[act], standing.name), (close) => {
    confirm.addEventListener("click", () => {
      if (roles.numbers.length === 0) {
        roles.ask();
        return;
      }
      close();
      onDecided(inputOf(act, standing, roles.numbers, factor.value));
    });
    return [
      el("p", {}, ENROLL.whatHappens[act]),
      standing.clinic === null ? "" : el("p", {}, ENROLL.atClinic(standing.clinic.name)),
      roles.node,
      recorded ? el("p", { class: "soft" }, ENROLL.rolesOnRecord(recorded)) : "",
      act === "tfa" ? field(ENROLL.factor, factor) : "",
      bottomLine(close, confirm),
    ];
  });
  return dialog;
}

function inputOf(act, { practitioner, clinic }, practitionerRoleTypes, tfaType) {
  return {
    practitionerId: practitioner.id,
    practitionerRoleTypes,
    ...namingOf(clinic),
    ...(act === "idp" ? { initIdp: true } : {}),
    ...(act === "tfa" ? { initTfa: true, tfaType } : {}),
  };
}
