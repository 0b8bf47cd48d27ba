/** What the patient page says: the search, the chart, and the form that registers a patient. */

export const PATIENTS = {
  searching: "Searching …",
  searchFailed: "The patients could not be searched.",
  found: (count, more) => {
    if (count === 0) {
      return "No patients found.";
    }
    const patients = `${count} ${count === 1 ? "patient" : "patients"}`;
    return more ? `The first ${patients}; search to find others.` : `${patients} found.`;
  },
  born: (day) => `, born ${day}`,
  choose: (act, name) => `${act} ${name}`,
};

export const CHART = {
  title: "Medications",
  patients: "Patients",
  choosePatient: "Choose a patient to see the medications.",
  ofPatient: "Medications of the patient",
  showOf: "Show medications of",
  born: (day) => `Born ${day}`,
  request: "Request prescription",
  update: "Update from DoseSpot",
  updating: "Updating from DoseSpot …",
  upToDate: "Up to date with DoseSpot.",
  showFailed: "The chart could not be shown.",
  updateFailed: "The chart could not be updated.",
  tabs: ["Active", "Inactive", "Self-reported", "Renewal requests"],
  empty: [
    "No active prescriptions. Choose “Request prescription” to write one in DoseSpot.",
    "No inactive prescriptions.",
    "No medications that the patient reported.",
    "No renewal requests from pharmacies.",
  ],
  closeDosespot: "Close DoseSpot",
  pharmacy: "Pharmacy",
  noPharmacy: "No pharmacy yet. It is chosen in DoseSpot, with the first prescription.",
  isDefault: "Default",
  faxNumber: (number) => `Fax ${number}`,
  phoneNumber: (number) => `Phone ${number}`,
};

/** Cards: one prescription, or one request of a pharmacy. */
export const PRESCRIPTION = {
  medication: "Medication",
  more: "More",
  needsAnswer: "Needs an answer",
  answer: "Answer in DoseSpot",
  effective: "Effective",
  dispense: "Dispense",
  refills: "Refills",
  prescriber: "Prescriber",
  lastFilled: "Last filled",
  daysOfSupply: "Days of supply",
  pharmacy: "Pharmacy",
  notes: "Notes",
  asked: "Asked",
  answerBy: "Answer by",
  requests: { "renewal-request": "Renewal", "change-request": "Change" },
  titled: (kind, drug) => (drug ? `${kind}: ${drug}` : kind),
  /** What a status of DoseSpot is to a person, and how much attention it wants. */
  byPrescriptionStatus: {
    Entered: ["Draft", "quiet"],
    Edited: ["Draft", "quiet"],
    ReadyToSign: ["Ready to sign", "quiet"],
    PharmacySelect: ["Draft, the patient chooses the pharmacy", "quiet"],
    Requested: ["Requested by the pharmacy", "quiet"],
    EpcsSigned: ["Signed", "good"],
    Sending: ["Sending", "quiet"],
    eRxSent: ["Sent", "good"],
    FaxSent: ["Faxed", "good"],
    PharmacyVerified: ["Received by the pharmacy", "good"],
    Printed: ["Printed", "good"],
    Error: ["Not sent: error", "bad"],
    EpcsError: ["Not sent: error", "bad"],
    Deleted: ["Deleted", "quiet"],
  },
  byMedicationStatus: {
    Discontinued: ["Discontinued", "quiet"],
    Deleted: ["Deleted", "quiet"],
    Completed: ["Completed", "quiet"],
    CancelRequested: ["Cancellation requested", "quiet"],
    CancelPending: ["Cancellation pending", "quiet"],
    Cancelled: ["Cancelled", "quiet"],
    CancelDenied: ["Active: the pharmacy refused to cancel", "bad"],
    Changed: ["Changed to another prescription", "quiet"],
    FullFill: ["Filled", "good"],
    PartialFill: ["Partly filled", "good"],
    NoFill: ["Not filled by the pharmacy", "bad"],
  },
  byStatus: {
    active: ["Active", "good"],
    draft: ["Draft", "quiet"],
    "on-hold": ["On hold", "bad"],
    completed: ["Completed", "quiet"],
    stopped: ["Stopped", "quiet"],
    cancelled: ["Cancelled", "quiet"],
    "entered-in-error": ["Deleted", "quiet"],
  },
  unknown: ["Status unknown: look in DoseSpot", "bad"],
};

export const REGISTRATION = {
  title: "Register the patient",
  heading: (name) => `Register ${name} with DoseSpot`,
  create: "Create",
  formFailed: "The form could not be shown.",
  failed: "The patient was not registered.",
  stateCode: "State, two letters",
  height: "Height (cm)",
  weight: "Weight (kg)",
  vitals: (age) => `DoseSpot needs height and weight under ${age}; leave empty what is on record.`,
  sexes: { female: "Female", male: "Male", other: "Other", unknown: "Unknown" },
};
