/** What the form for a prescriber's own details says, and the panel about verifying with ID.me. */

export const DETAILS = {
  title: "Your details",
  note: "DoseSpot gets these details when you connect. Fields with * are required.",
  noteAfterwards: "DoseSpot gets what you change when you save. Fields with * are required.",
  person: "You",
  askForPerson: "Is something wrong here? Ask an administrator of your clinic to correct it.",
  contact: "Contact at work",
  address: "Work address",
  places: "Your locations",
  noPlace: "No location is on record for you yet. Ask an administrator of your clinic to add one.",
  morePlaces: "To work at another location, ask an administrator of your clinic to add it for you.",
  unnamed: "Your clinic",
  useAsDefault: "Use as default",
  license: (state) => `License number in ${state}`,
  stateOfNumbers: "State of these numbers",
  save: "Save",
  saving: "Saving your details …",
  fillIn: "Your details were not saved. Fill in what is required.",
  failed: "Your details were not saved.",
  notShown: "Your details could not be shown.",
};
