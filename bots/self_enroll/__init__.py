"""`dosespot-self-enroll-prescriber-bot`: a prescriber enrolls themselves, one step per call."""

IDENTIFIER = "dosespot-self-enroll-prescriber-bot"
