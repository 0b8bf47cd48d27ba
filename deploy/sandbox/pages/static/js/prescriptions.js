/** Reads what the patient page shows of prescriptions out of FHIR resources; no page, no server. */

import { day } from "./moments.js";
import { CHART, PRESCRIPTION } from "./words/patient.js";

const STATUS = "https://dosespot.com/prescription-status";
const MEDICATION_STATUS = "https://dosespot.com/medication-status";
const LAST_FILL = "urn:prescriber-bots:last-fill";
const PREFERRED = "http://hl7.org/fhir/StructureDefinition/patient-preferredPharmacy";
const TASK = "urn:prescriber-bots:prescription-task";
const ENDED = ["completed", "stopped", "cancelled", "entered-in-error"];
const INACTIVE = "Inactive";
const NO_NEWS = [undefined, "Unknown", "Active"];

/**
 * @param {Object} request a MedicationRequest.
 * @returns {boolean} whether it is over, or inactive for a reason that DoseSpot does not tell.
 */
export function isInactive(request) {
  return ENDED.includes(request.status) || codeIn(request.statusReason, MEDICATION_STATUS) === INACTIVE;
}

/**
 * @param {Object} request a MedicationRequest.
 * @returns {[string, string]} its status in words, and the tone of its pill.
 */
export function statusOf(request) {
  const medication = codeIn(request.statusReason, MEDICATION_STATUS);
  const prescription = extension(request, STATUS)?.valueCode;
  if (request.status === "unknown" && medication !== INACTIVE) {
    const isSetAside = NO_NEWS.includes(medication) && prescription in PRESCRIPTION.setAside;
    return isSetAside ? PRESCRIPTION.setAside[prescription] : PRESCRIPTION.unknown;
  }
  return (
    PRESCRIPTION.byMedicationStatus[medication] ??
    PRESCRIPTION.byPrescriptionStatus[prescription] ??
    PRESCRIPTION.byStatus[request.status] ??
    PRESCRIPTION.unknown
  );
}

/**
 * @param {Object} request a MedicationRequest.
 * @returns {string} the name of what is prescribed.
 */
export function medicationName(request) {
  const concept = request.medicationCodeableConcept ?? {};
  return concept.text ?? concept.coding?.find((each) => each.display)?.display ?? PRESCRIPTION.medication;
}

/**
 * @param {Object} request a MedicationRequest.
 * @param {string} prescriber name of whoever wrote it; "" if that is unknown.
 * @returns {{instructions: string, shown: Array<[string, string]>, more: Array<[string, string]>}}
 *   what a card says at once and on demand; only what is known.
 */
export function details(request, prescriber) {
  const dispense = request.dispenseRequest ?? {};
  const supply = dispense.expectedSupplyDuration?.value;
  const notes = (request.note ?? []).map((note) => note.text).filter(Boolean).join(" ");
  return {
    instructions: (request.dosageInstruction ?? []).map((each) => each.text).filter(Boolean).join(" "),
    shown: known([
      [PRESCRIPTION.effective, day(dispense.validityPeriod?.start ?? request.authoredOn)],
      [PRESCRIPTION.dispense, quantity(dispense.quantity)],
      [PRESCRIPTION.refills, dispense.numberOfRepeatsAllowed?.toString()],
      [PRESCRIPTION.prescriber, prescriber],
    ]),
    more: known([
      [PRESCRIPTION.lastFilled, day(extension(request, LAST_FILL)?.valueDateTime)],
      [PRESCRIPTION.daysOfSupply, supply?.toString()],
      [PRESCRIPTION.pharmacy, dispense.performer?.display],
      [PRESCRIPTION.notes, notes],
    ]),
  };
}

/**
 * @param {Object} task a Task.
 * @returns {boolean} whether a pharmacy asks for something.
 */
export function isRequest(task) {
  return codeIn(task.code, TASK) in PRESCRIPTION.requests;
}

/**
 * @param {Object} task a pharmacy's request.
 * @param {Object|undefined} order the MedicationRequest that it is about.
 * @param {string} prescriber name of whoever is asked; "" if that is unknown.
 * @returns {{title: string, shown: Array<[string, string]>}} only what is known.
 */
export function requestDetails(task, order, prescriber) {
  const kind = PRESCRIPTION.requests[codeIn(task.code, TASK)];
  return {
    title: PRESCRIPTION.titled(kind, order && medicationName(order)),
    shown: known([
      [PRESCRIPTION.prescriber, prescriber],
      [PRESCRIPTION.pharmacy, task.requester?.display],
      [PRESCRIPTION.asked, day(task.authoredOn)],
      [PRESCRIPTION.answerBy, day(task.restriction?.period?.end)],
    ]),
  };
}

/**
 * @param {Object} patient a Patient.
 * @returns {Array<{reference: string, name: string, isDefault: boolean}>} the preferred pharmacies,
 *   the default first.
 */
export function preferredPharmacies(patient) {
  const found = (patient.extension ?? []).filter((each) => each.url === PREFERRED);
  const pharmacies = found.map((each) => {
    const { valueReference } = extension(each, "pharmacy") ?? {};
    const isDefault = codeIn(extension(each, "type")?.valueCodeableConcept, null) === "primary";
    return { reference: valueReference?.reference, name: valueReference?.display ?? "", isDefault };
  });
  return pharmacies.filter(({ reference }) => reference).sort((a, b) => b.isDefault - a.isDefault);
}

/**
 * @param {Object} organization a pharmacy.
 * @returns {Array<string>} the lines of its address, and phone and fax.
 */
export function addressLines(organization) {
  const { line = [], city, state, postalCode } = organization.address?.[0] ?? {};
  const place = [[city, state].filter(Boolean).join(", "), postalCode].filter(Boolean).join(" ");
  const reach = (organization.telecom ?? []).map(({ system, value }) =>
    system === "fax" ? CHART.faxNumber(value) : CHART.phoneNumber(value),
  );
  return [...line, place, ...reach].filter(Boolean);
}

function known(pairs) {
  return pairs.filter(([, value]) => value);
}

function quantity({ value, unit } = {}) {
  return value === undefined ? "" : [value, unit].filter(Boolean).join(" ");
}

function extension(element, url) {
  return (element.extension ?? []).find((each) => each.url === url);
}

function codeIn(concept, system) {
  return concept?.coding?.find((each) => system === null || each.system === system)?.code;
}
