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
  prescriptionsFailed: "The prescriptions could not be updated.",
  selfReportedFailed: "What the patient reported could not be updated.",
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
    Entered: ["Draft", "off"],
    Edited: ["Draft", "off"],
    ReadyToSign: ["Ready to sign", "off"],
    PharmacySelect: ["Draft, the patient chooses the pharmacy", "off"],
    Requested: ["Requested by the pharmacy", "off"],
    EpcsSigned: ["Signed", "done"],
    Sending: ["Sending", "off"],
    eRxSent: ["Sent", "done"],
    FaxSent: ["Faxed", "done"],
    PharmacyVerified: ["Received by the pharmacy", "done"],
    Printed: ["Printed", "done"],
    Error: ["Not sent: error", "bad"],
    EpcsError: ["Not sent: error", "bad"],
    Deleted: ["Deleted", "off"],
  },
  byMedicationStatus: {
    Inactive: ["Inactive", "off"],
    Discontinued: ["Discontinued", "off"],
    Deleted: ["Deleted", "off"],
    Completed: ["Completed", "off"],
    CancelRequested: ["Cancellation requested", "off"],
    CancelPending: ["Cancellation pending", "off"],
    Cancelled: ["Cancelled", "off"],
    CancelDenied: ["Active: the pharmacy refused to cancel", "bad"],
    Changed: ["Changed to another prescription", "off"],
    FullFill: ["Filled", "done"],
    PartialFill: ["Partly filled", "done"],
    NoFill: ["Not filled by the pharmacy", "bad"],
  },
  byStatus: {
    active: ["Active", "done"],
    draft: ["Draft", "off"],
    "on-hold": ["On hold", "bad"],
    completed: ["Completed", "off"],
    stopped: ["Stopped", "off"],
    cancelled: ["Cancelled", "off"],
    "entered-in-error": ["Deleted", "off"],
  },
  /** The same for a failed transmission that somebody has set aside in DoseSpot. */
  setAside: {
    Error: ["Not sent: the error was set aside in DoseSpot", "bad"],
    EpcsError: ["Not sent: the error was set aside in DoseSpot", "bad"],
  },
  unknown: ["Status unknown: look in DoseSpot", "bad"],
};

export const REGISTRATION = {
  title: "Register the patient",
  heading: (name) => `Register ${name} with DoseSpot`,
  create: "Create",
  formFailed: "The form could not be shown.",
  failed: "The patient was not registered.",
  height: "Height (cm)",
  weight: "Weight (kg)",
  vitals: (age) => `DoseSpot needs height and weight under ${age}; leave empty what is on record.`,
  sexes: { female: "Female", male: "Male", other: "Other", unknown: "Unknown" },
};
