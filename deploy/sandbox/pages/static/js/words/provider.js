/** What the provider page says: connecting step by step, and opening DoseSpot. */

export const PROVIDER = {
  title: "ePrescribing",
  connect: "Connect",
  open: "Open ePrescribing",
  openFor: "Open ePrescribing for",
  enrollment: "Your enrollment",
  patients: "Patients",
  toBegin: "To begin, connect to DoseSpot. This page leads you through each step.",
  connectHeading: "Connect to DoseSpot",
  toGoOn: "Open ePrescribing for a patient, or without one to see your notifications.",
  dosespotSays: "DoseSpot says now: ",
  goOn: "Continue",
};

/** One opening of DoseSpot: its steps, how each of them goes, and what failed. */
export const OPENING = {
  heading: (name) => (name ? `DoseSpot for ${name}` : "DoseSpot"),
  step: (label) => `${label}: `,
  saved: "Save your details",
  enroll: "Check your enrollment",
  sync: "Send the patient to DoseSpot",
  show: "Open DoseSpot",
  states: {
    waiting: "waiting",
    running: "in progress",
    done: "done",
    failed: "failed",
    skipped: "not done",
  },
  again: "Open again",
  enrollFailed: "Your enrollment could not be continued.",
  syncFailed: (name) => `${name} could not be sent to DoseSpot.`,
  showFailed: "DoseSpot could not be opened.",
  noAddress: "The server did not say where DoseSpot is. Tell your administrator.",
  withoutPatient: "Open notifications without a patient",
  whatNow: "What to do now",
  status: "Status: ",
  epcs: "Controlled substances (EPCS): ",
  epcsStates: { true: "enabled", false: "not enabled" },
};

/** The steps of a prescriber's enrollment: their name, and what to have at hand; lists are lists. */
export const GUIDE = {
  steps: {
    connect: [
      "Connect",
      "DoseSpot gets your name, NPI, DEA number and address from your record here.",
    ],
    agree: ["Sign the agreements", "They are DoseSpot's own, and you sign them on its page below."],
    identity: [
      "Verify your identity",
      "Have ready:",
      [
        "your mobile phone, to take a picture of your face",
        "your NPI, DEA number and state license",
        "your Social Security number and a credit card (debit cards are not accepted)",
        "a US driver's license, ID card or passport with a photo",
      ],
      "You enter all this on DoseSpot's page only, and have up to three attempts. If no text message" +
        " comes, look in your phone's spam folder.",
    ],
    factor: [
      "Set up two-factor authentication",
      "It is needed for controlled substances only. Have ready:",
      [
        "your mobile phone with an authenticator app, or your hardware token",
        "a PIN that you choose",
      ],
      "For each controlled substance DoseSpot asks for the PIN and the code on your phone or token.",
    ],
    ready: ["Ready to prescribe", "Open ePrescribing for a patient, or without one."],
  },
};

/**
 * What a prescriber does now, by the reason that stands first: the step of their enrollment, the
 * tone, where they are, what to do, whether the page has to go on for them, and more about it.
 */
export const OWN_STEPS = {
  byReason: {
    "not-enrolled": ["connect", "act", "Not connected yet", "Connect to begin.", true],
    "agreement-pending": ["agree", "act", "Agreements to sign", "Sign the legal agreements below."],
    registering: ["agree", "wait", "DoseSpot is registering you", "This can take a few minutes."],
    "status-registration-success": [
      "identity",
      "act",
      "You are registered",
      "Continue to verify your identity.",
      true,
    ],
    "status-idp-initialize-success": [
      "identity",
      "act",
      "Identity to verify",
      "Verify your identity below.",
    ],
    "status-registration-error": [
      "connect",
      "bad",
      "Not registered",
      "DoseSpot could not register you. Open your details, correct them and save them.",
    ],
    "status-idp-error": [
      "identity",
      "bad",
      "Identity not verified",
      "Your attempts failed. Verify with ID.me instead:",
      false,
      [
        "DoseSpot's page below shows a link to ID.me after the third attempt. Follow it.",
        "ID.me is another identity service. It checks an ID document and your face.",
        "Have ready: your mobile phone, and a US driver's license, ID card or passport.",
        "It can take up to 24 hours. You can close this page and come back later.",
        "If there is no link, ask your administrator to call DoseSpot support.",
      ],
    ],
    "status-idp-success": [
      "factor",
      "act",
      "Your identity is verified",
      "Continue to set up two-factor authentication.",
      true,
    ],
    "status-tfa-activate-init": [
      "factor",
      "act",
      "Second factor to set up",
      "Set up two-factor authentication below to send controlled substances. You can prescribe" +
        " everything else already.",
    ],
    "status-tfa-activated-error": [
      "factor",
      "bad",
      "Second factor not set up",
      "Continue to start over.",
      true,
    ],
  },
  locked: [
    "bad",
    "Account locked",
    "DoseSpot has locked your account. Ask your administrator to have DoseSpot support unlock it.",
  ],
  ready: ["ready", "done", "Ready to prescribe", "There is nothing left to do."],
  readyForOthers: [
    "ready",
    "done",
    "Ready to prescribe, without controlled substances",
    "For controlled substances, add your DEA number to your details.",
  ],
  ask: ["agree", "wait", "Something is still open", "Ask your administrator what it is."],
};
