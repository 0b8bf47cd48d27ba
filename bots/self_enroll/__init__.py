"""`dosespot-self-enroll-prescriber-bot`: a prescriber enrolls themselves, one stage per call."""

IDENTIFIER = "dosespot-self-enroll-prescriber-bot"
